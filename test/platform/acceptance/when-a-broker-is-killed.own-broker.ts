import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { RunningBroker } from '../../../lib/platform/local/broker/running-broker.ts';
import { type AppliedTopology, applied } from '../support/applied-topology.ts';
import { connected, listen, send } from '../support/delayed-messages.ts';
import { isAlive, until } from '../support/processes.ts';
import { declareQueue, drain, idsIn, message, observer, publisherTo, statuses } from '../support/publish-setting.ts';
import { ownBroker, type TestVhost, type VhostMaker } from '../support/test-broker.ts';

let broker: RunningBroker & VhostMaker;
let vhost: TestVhost;
let delays: AppliedTopology;

beforeAll(async () => {
  broker = await ownBroker();
  vhost = await broker.vhost();
  delays = await applied(broker, { exchanges: {}, consumers: { b: { bindings: [] } }, publishers: {} });
  await connected(vhost.amqpUrl, async (connection) => {
    const channel = await connection.createChannel();
    for (const queue of ['kept', 'published']) await declareQueue(channel, queue);
  });
}, 100_000);

const portsOf = ({ amqpsPort, amqpPort, managementPort, managementHttpPort }: RunningBroker) => [
  amqpsPort,
  amqpPort,
  managementPort,
  managementHttpPort,
];

/** Publishes 4,000 messages, 100 at a time. */
const publishMany = async (publisher: ReturnType<typeof publisherTo>, onFirst: () => void) => {
  const results: ReturnType<typeof publisher.publish>[] = [];
  for (let start = 0; start < 4000; start += 100) {
    const batch = publisher.publish(Array.from({ length: 100 }, (_, index) => message(start + index, 'published')));
    if (start === 0) void batch.then(onFirst);
    results.push(batch);
    await sleep(10);
  }
  return (await Promise.all(results)).flat();
};

describe('when a broker is killed while messages are published and others are delayed', () => {
  it('it comes back on the same ports, all is confirmed, and all that is confirmed arrives', async () => {
    const [ports, killed] = [portsOf(broker), broker.pid];
    const delayed = Array.from({ length: 200 }, (_, index) => ({ id: `d-${index}`, seconds: 2 + (index % 7) }));
    await connected(delays.amqpUrl(), async (connection) => {
      const channel = await connection.createConfirmChannel();
      for (const { id, seconds } of delayed) await send(channel, 'b', seconds, id);
    });
    const publisher = publisherTo(broker, vhost, { timeoutMilliseconds: 60_000, window: 100 });
    expect(statuses(await publisher.publish([message('before', 'kept')]))).toEqual(['confirmed']);

    const { promise: flowing, resolve: onFirst } = Promise.withResolvers<void>();
    const publishing = publishMany(publisher, onFirst);
    await flowing;
    broker.kill();
    await until(() => !isAlive(killed), 100_000);
    await broker.restart();

    expect(broker.pid).not.toBe(killed);
    expect(portsOf(broker)).toEqual(ports);
    const results = await publishing;
    expect(results).toHaveLength(4000);
    expect(new Set(statuses(results))).toEqual(new Set(['confirmed']));
    expect(publisher.logged).toContain('connection to the broker lost');
    const { channel } = await observer(vhost);
    const found = new Set(await idsIn(channel, 'published'));
    expect(results.map((_, id) => String(id)).filter((id) => !found.has(id))).toEqual([]);

    await connected(delays.amqpUrl(), async (connection) => {
      const arrivals = await listen(await connection.createChannel(), 'b');
      const missing = () => {
        const arrived = new Set(arrivals.map(({ id }) => id));
        return delayed.filter(({ id }) => !arrived.has(id));
      };
      await until(() => missing().length === 0, 100_000);
    });
  }, 240_000);
});

describe('when a broker is restarted in good order', () => {
  it('it comes back on the same ports with what its queues held', async () => {
    const [ports, stopped] = [portsOf(broker), broker.pid];
    const publisher = publisherTo(broker, vhost, { timeoutMilliseconds: 60_000 });
    await publisher.publish([message('before the stop', 'kept')]);
    await broker.restart('graceful');
    expect(isAlive(stopped)).toBe(false);
    expect(portsOf(broker)).toEqual(ports);
    const { channel } = await observer(vhost);
    const kept: string[] = [];
    // The queue may still be electing its leader.
    while (kept.length < 2) {
      for (const { properties } of await drain(channel, 'kept')) kept.push(properties.messageId);
      await sleep(50);
    }
    expect(kept).toEqual(['before', 'before the stop']);
  }, 150_000);
});
