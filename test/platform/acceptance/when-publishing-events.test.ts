import { beforeAll, describe, expect, it } from '@jest/globals';
import type { Channel } from 'amqplib';
import { createEventPublisher } from '../../../lib/platform/runtime/amqp/event-publisher.ts';
import { declareQueue, drain, errorOf, observer, publisherTo } from '../support/publish-setting.ts';
import { type BrokerAddress, sharedBroker, type TestVhost, type VhostMaker } from '../support/test-broker.ts';

let broker: BrokerAddress & VhostMaker;
let vhost: TestVhost;

beforeAll(async () => {
  broker = await sharedBroker();
  vhost = await broker.vhost();
}, 100_000);

async function bindWork(): Promise<Channel> {
  const { channel } = await observer(vhost);
  await channel.assertExchange('events', 'topic');
  await declareQueue(channel, 'work');
  await channel.bindQueue('work', 'events', 'order.*');
  return channel;
}

describe('when publishing events', () => {
  it('confirms one event and tells its id, by which it is found in the queue', async () => {
    const channel = await bindWork();
    const events = createEventPublisher({ publisher: publisherTo(broker, vhost), exchange: 'events', appId: 'shop' });
    const result = await events.publish({ type: 'order.placed', data: { orderId: '42' } });
    expect(result).toEqual({ status: 'confirmed', id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7/) });
    const [message] = await drain(channel, 'work');
    expect(message?.properties).toMatchObject({ messageId: result.id, type: 'order.placed', appId: 'shop' });
    expect(JSON.parse(String(message?.content))).toEqual({ orderId: '42' });
  });

  it('has a result for each of many, in their order, and a new id for each', async () => {
    const channel = await bindWork();
    const events = createEventPublisher({ publisher: publisherTo(broker, vhost), exchange: 'events' });
    const results = await events.publishAll([
      { type: 'order.placed', data: 1 },
      { type: 'order.placed', data: undefined },
      { type: 'nobody.listens', data: 2 },
      { type: 'order.cancelled', data: 3, id: 'my-own' },
    ]);
    expect(results.map(({ status }) => status)).toEqual(['confirmed', 'failed', 'returned', 'confirmed']);
    expect(errorOf(results[1])).toContain('data of event order.placed is undefined');
    expect(results[3]?.id).toBe('my-own');
    expect(new Set(results.map(({ id }) => id)).size).toBe(4);
    expect((await drain(channel, 'work')).map((got) => got.properties.messageId)).toEqual([results[0]?.id, 'my-own']);
  });
});
