import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import amqp, { type Channel } from 'amqplib';
import { createPublisher } from '../../../lib/platform/runtime/amqp/amqp-publisher.ts';
import { connectionSettingsFromUrl } from '../../../lib/platform/runtime/amqp/connection-settings.ts';
import { createEventPublisher, type EventPublisher } from '../../../lib/platform/runtime/amqp/event-publisher.ts';
import type { TopologyDeclaration } from '../../../lib/platform/topology/declaration.ts';
import { type AppliedTopology, applied } from '../support/applied-topology.ts';
import { afterwards, errorOf } from '../support/publish-setting.ts';
import { sharedBroker } from '../support/test-broker.ts';

const declaration: TopologyDeclaration = {
  exchanges: { events: { type: 'topic' } },
  consumers: {
    orders: { bindings: [{ exchange: 'events', routingKey: 'order.*' }] },
    mails: { bindings: [{ exchange: 'events', routingKey: 'user.#' }] },
    audit: { bindings: [{ exchange: 'events', routingKey: '#' }] },
    late: { bindings: [] },
  },
  publishers: {
    shop: { publishes: [{ exchange: 'events', routingKeys: ['order.*', 'nobody.*', 'user.#'], scheduled: true }] },
    unscheduled: { publishes: [{ exchange: 'events' }] },
  },
};

let topology: AppliedTopology;
let channel: Channel;

beforeAll(async () => {
  topology = await applied(await sharedBroker(), declaration);
}, 180_000);

beforeEach(async () => {
  const connection = await amqp.connect(topology.amqpUrl(), { noDelay: true });
  afterwards(() => connection.close());
  channel = await connection.createChannel();
});

/** Logged in as this user of the topology, with no right but those that were derived for him. */
function eventsOf(user: string): EventPublisher {
  const settings = connectionSettingsFromUrl(topology.amqpUrl(user), { dangerouslyUnencrypted: true });
  const publisher = createPublisher(settings, { timeoutMilliseconds: 10_000 });
  afterwards(() => publisher.close());
  return createEventPublisher({ publisher, exchange: 'events' });
}

interface Arrival {
  readonly id: string;
  readonly at: number;
  readonly body: string;
}

async function listen(queue: string): Promise<Arrival[]> {
  const arrivals: Arrival[] = [];
  const take = (message: amqp.ConsumeMessage | null) => {
    if (message)
      arrivals.push({ id: String(message.properties.messageId), at: Date.now(), body: String(message.content) });
  };
  const { consumerTag } = await channel.consume(queue, take, { noAck: true });
  afterwards(async () => {
    await channel.cancel(consumerTag);
    await channel.purgeQueue(queue);
  });
  return arrivals;
}

async function until(condition: () => boolean, seconds: number): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  while (!condition() && Date.now() < deadline) await sleep(10);
}

const ids = (arrivals: readonly Arrival[]) => arrivals.map(({ id }) => id).sort();

describe('when an event is scheduled', () => {
  it('everybody who is bound to its type gets it once, when it is due, and nobody else does', async () => {
    const [orders, mails, audit] = [await listen('orders'), await listen('mails'), await listen('audit')];
    const events = eventsOf('shop');
    const startedAt = Date.now();
    const results = await events.publishAll([
      { type: 'order.placed', data: { n: 1 }, id: 'in 3', delay: 3 },
      { type: 'order.placed', data: { n: 2 }, id: 'at 2', deliverAt: new Date(startedAt + 2000) },
      { type: 'order.placed', data: { n: 3 }, id: 'now' },
      { type: 'user.registered', data: { n: 4 }, id: 'user in 1', delay: 0.5 },
    ]);
    expect(results.map(({ status }) => status)).toEqual(['confirmed', 'confirmed', 'confirmed', 'confirmed']);
    await until(() => orders.length >= 3 && audit.length >= 4 && mails.length >= 1, 10);
    await sleep(500);
    expect(orders.map(({ id }) => id)).toEqual(['now', 'at 2', 'in 3']);
    expect(ids(mails)).toEqual(['user in 1']);
    expect(ids(audit)).toEqual(['at 2', 'in 3', 'now', 'user in 1']);
    expect(orders.find(({ id }) => id === 'in 3')?.body).toBe('{"n":1}');
    const due: Record<string, number> = { now: 0, 'at 2': 2000, 'in 3': 3000, 'user in 1': 1000 };
    for (const { id, at } of [...orders, ...mails, ...audit]) {
      const late = at - startedAt - (due[id] ?? 0);
      expect({ id, inTime: late >= 0 && late < 1500 }).toEqual({ id, inTime: true });
    }
  }, 180_000);

  it('those are asked who are bound when the delay ends', async () => {
    const late = await listen('late');
    await eventsOf('shop').publish({ type: 'order.shipped', data: 1, id: 'for late', delay: 2 });
    await channel.bindQueue('late', 'delay.delivery', `${'*.'.repeat(16)}@events.order.shipped`);
    await until(() => late.length > 0, 8);
    expect(ids(late)).toEqual(['for late']);
  }, 180_000);

  it('and nobody is bound when it is due, it is parked, not lost', async () => {
    await channel.unbindQueue('audit', 'delay.delivery', `${'*.'.repeat(16)}@events.#`);
    const parked = await listen('delay.parking');
    const result = await eventsOf('shop').publish({ type: 'nobody.listens', data: 1, id: 'parked', delay: 1 });
    expect(result.status).toBe('confirmed');
    await until(() => parked.length > 0, 8);
    expect(ids(parked)).toEqual(['parked']);
  }, 180_000);

  it('by somebody who may only publish at once, or with another routing key, the broker refuses it', async () => {
    const unscheduled = await eventsOf('unscheduled').publish({ type: 'order.placed', data: 1, delay: 1 });
    expect(unscheduled.status).toBe('failed');
    expect(errorOf(unscheduled)).toMatch(/ChannelClosedError: broker closed the channel: 403/);
    const other = await eventsOf('shop').publish({ type: 'payment.made', data: 1, delay: 1 });
    expect(errorOf(other)).toMatch(/ChannelClosedError: broker closed the channel: 403/);
  }, 180_000);
});
