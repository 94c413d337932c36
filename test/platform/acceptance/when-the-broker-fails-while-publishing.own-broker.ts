import { beforeAll, describe, expect, it } from '@jest/globals';
import amqplib from 'amqplib';
import type { RunningBroker } from '../../../lib/platform/local/broker/running-broker.ts';
import { BlockedError } from '../../../lib/platform/runtime/publish-errors.ts';
import { declareQueue, errorOf, idsIn, message, observer, publisherTo, statuses } from '../support/publish-setting.ts';
import { ownBroker, type TestVhost, type VhostMaker } from '../support/test-broker.ts';

let broker: RunningBroker & VhostMaker;
let vhost: TestVhost;

beforeAll(async () => {
  broker = await ownBroker();
  vhost = await broker.vhost();
  const connection = await amqplib.connect(vhost.amqpUrl);
  const channel = await connection.createChannel();
  for (const queue of ['blocked', 'closed']) await declareQueue(channel, queue);
  await connection.close();
}, 100_000);

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

describe('when the broker fails while publishing', () => {
  it('by closing every connection, as before a shutdown, it is connected to again', async () => {
    const publisher = publisherTo(broker, vhost);
    await publisher.publish([message('before', 'closed')]);
    await broker.rabbitmqctl('close_all_connections', '--vhost', vhost.name, 'maintenance');
    // The command returns before the connections are closed.
    const deadline = Date.now() + 100_000;
    while (!publisher.logged.includes('connection to the broker lost') && Date.now() < deadline) await pause(20);
    expect(statuses(await publisher.publish([message('after', 'closed')]))).toEqual(['confirmed']);
    expect(publisher.logged.filter((text) => text === 'connected to the broker')).toHaveLength(2);
  }, 180_000);

  it('by running out of memory, it waits, says so, gives up at the deadline, and confirms once the alarm is over', async () => {
    const publisher = publisherTo(broker, vhost);
    await publisher.publish([message('before', 'blocked')]);
    await broker.rabbitmqctl('set_vm_memory_high_watermark', '0.00001');
    let patient: ReturnType<typeof publisher.publish>;
    try {
      const late = await firstNotConfirmed(publisher);
      expect(late).toMatchObject({ status: 'failed', error: expect.any(BlockedError), mayHaveArrived: true });
      expect(errorOf(late)).toMatch(/broker blocks publishers \(low on memory\)/);
      expect(publisher.logged).toContain('broker blocks publishers');
      const [unsent] = await publisher.publish([message('unsent', 'blocked')], { deadline: Date.now() + 200 });
      expect(unsent).toMatchObject({ status: 'failed', error: expect.any(BlockedError), mayHaveArrived: false });
      patient = publisher.publish([message('patient', 'blocked')], { deadline: Date.now() + 100_000 });
    } finally {
      // The tests after this one publish, too.
      await broker.rabbitmqctl('set_vm_memory_high_watermark', '0.6');
    }
    expect(statuses(await patient)).toEqual(['confirmed']);
    const { channel } = await observer(vhost);
    const found = await idsIn(channel, 'blocked');
    expect(found).toContain('patient');
    expect(found).not.toContain('unsent');
  }, 180_000);
});

/** The alarm reaches connections a moment after the command has returned. */
const firstNotConfirmed = async (publisher: ReturnType<typeof publisherTo>) => {
  for (let tries = 0; tries < 100; tries += 1) {
    const [result] = await publisher.publish([message('late', 'blocked')], { deadline: Date.now() + 1500 });
    if (result?.status !== 'confirmed') return result;
    await pause(50);
  }
  throw new Error('the broker confirmed 100 messages after it was told to have no memory left');
};
