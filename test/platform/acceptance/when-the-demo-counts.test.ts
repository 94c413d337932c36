import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ChannelModel, type ConfirmChannel, connect } from 'amqplib';
import { peekQueue } from '../../../lib/platform/cli/demo/peek-queue.ts';
import { openWitness } from '../../../lib/platform/cli/demo/witness.ts';
import { sharedBroker } from '../support/test-broker.ts';

let connection: ChannelModel;
let channel: ConfirmChannel;
const quorum = { durable: true, arguments: { 'x-queue-type': 'quorum' } };

beforeAll(async () => {
  const vhost = await (await sharedBroker()).vhost();
  connection = await connect(vhost.amqpUrl, { noDelay: true });
  channel = await connection.createConfirmChannel();
  await channel.assertExchange('events', 'topic');
}, 100_000);

const until = async (condition: () => boolean | Promise<boolean>) => {
  const deadline = Date.now() + 100_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`not within 100 s: ${condition}`);
    await sleep(20);
  }
};

describe('when the demo counts what is on the broker', () => {
  afterAll(async () => {
    await connection.close();
  });

  it('its witness sees every copy that a consumer with the same bindings gets, and nothing else', async () => {
    const witness = await openWitness(connection, {
      orders: {
        bindings: [
          { exchange: 'events', routingKey: 'order.placed' },
          { exchange: 'events', routingKey: 'order.cancelled' },
        ],
      },
      all: { bindings: [{ exchange: 'events', routingKey: '#' }] },
    });
    const publish = (key: string, messageId: string) => channel.publish('events', key, Buffer.from('x'), { messageId });
    publish('order.placed', 'a');
    publish('user.registered', 'b');
    publish('order.cancelled', 'c');
    publish('order.placed', 'a');
    await channel.waitForConfirms();
    await until(() => witness.arrived('all').length === 4);
    expect(witness.arrived('orders')).toEqual(['a', 'c', 'a']);
    expect(witness.arrived('all')).toEqual(['a', 'b', 'c', 'a']);
    await expect(witness.assertComplete()).resolves.toBeUndefined();
  });

  it('its witness does not vouch for what it may have missed', async () => {
    const vhost = await (await sharedBroker()).vhost();
    const broken = await connect(vhost.amqpUrl, { noDelay: true });
    await (await broken.createChannel()).assertExchange('events', 'topic');
    const witness = await openWitness(broken, { all: { bindings: [{ exchange: 'events', routingKey: '#' }] } });
    await broken.close();
    await expect(witness.assertComplete()).rejects.toThrow('incomplete: the channel was closed');
  });

  it('reads a queue of more messages than one consumer may hold, without taking any', async () => {
    await channel.assertQueue('many', quorum);
    for (let index = 0; index < 4_500; index += 1)
      channel.sendToQueue('many', Buffer.from(''), {
        messageId: `m-${index}`,
        headers: { 'x-attempt': 3, 'x-dead-letter-reason': 'fatal' },
      });
    await channel.waitForConfirms();
    for (let look = 0; look < 2; look += 1) {
      const found = await peekQueue(connection, 'many');
      expect(new Set(found.map(({ id }) => id)).size).toBe(4_500);
      expect(found[0]).toMatchObject({ attempt: 3, reason: 'fatal', routingKey: 'many' });
      await until(async () => (await channel.checkQueue('many')).messageCount === 4_500);
    }
  });

  it('finds nothing in an empty queue', async () => {
    await channel.assertQueue('none', quorum);
    await expect(peekQueue(connection, 'none')).resolves.toEqual([]);
  });
});
