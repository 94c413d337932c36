import { describe, expect, it } from '@jest/globals';
import { publisherOver } from '../../../../lib/platform/runtime/amqp/amqp-publisher.ts';
import { createEventPublisher, type EventResult } from '../../../../lib/platform/runtime/amqp/event-publisher.ts';
import { ConnectError, InvalidMessageError, UnroutableError } from '../../../../lib/platform/runtime/publish-errors.ts';
import { parseDelayRoutingKey } from '../../../../lib/platform/topology/delay.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { type Arrival, ModelledBroker, type ModelledBrokerOptions } from './modelled-broker.ts';

function setting(options: ModelledBrokerOptions = {}) {
  const clock = new VirtualClock();
  const broker = new ModelledBroker(clock, { roundTrip: 0, ...options });
  const publisher = publisherOver(broker, { clock, random: () => 0.5 });
  return { clock, broker, publisher, events: createEventPublisher({ publisher, exchange: 'events', clock }) };
}

/** How an event reached the broker: straight, or by way of the delays with so many seconds to wait. */
const way = ({ exchange, routingKey }: Arrival) => {
  const delay = parseDelayRoutingKey(routingKey);
  return delay ? `${delay.seconds} s ${delay.queue}` : `${exchange} ${routingKey}`;
};

describe('a scheduled event that the publisher has to hold', () => {
  /** An event that is due in 20 s, for a broker that is away for some time. */
  async function publishedAfter(milliseconds: number, time: { delay: number } | { deliverIn: number }) {
    const { clock, broker, events } = setting({
      refuseConnection: () =>
        clock.now() < back ? new ConnectError('amqps://h:1', 'network', 'nothing listens there') : undefined,
    });
    const back = clock.now() + milliseconds;
    const schedule = 'delay' in time ? time : { deliverAt: new Date(clock.now() + time.deliverIn) };
    const call = events.publish({ type: 'order.placed', data: 1, ...schedule });
    await clock.advance(30_000);
    expect((await call).status).toBe('confirmed');
    const [arrival] = broker.arrivals as [Arrival];
    return { way: way(arrival), dueAfter: clock.now() - 30_000 + 20_000 - arrival.at };
  }

  it.each([{ delay: 20 }, { deliverIn: 20_000 }])('waits for what is left of its time: %j', async (time) => {
    const { way, dueAfter } = await publishedAfter(12_000, time);
    expect(dueAfter).toBeGreaterThan(5000);
    expect(way).toBe(`${Math.ceil(dueAfter / 1000)} s @events.order.placed`);
  });

  it.each([{ delay: 20 }, { deliverIn: 20_000 }])('goes out at once when it came due meanwhile: %j', async (time) => {
    expect((await publishedAfter(22_000, time)).way).toBe('events order.placed');
  });

  it('because the broker blocks waits for what is left of its time', async () => {
    const { clock, broker, events } = setting();
    const first = events.publish({ type: 'first', data: 1 });
    await clock.advance(10);
    await first;
    broker.blocked = 'low on memory';
    const call = events.publish({ type: 'order.placed', data: 1, delay: 20 });
    await clock.advance(15_500);
    broker.blocked = undefined;
    const others = events.publish({ type: 'other', data: 1 });
    await clock.advance(10);
    await Promise.all([call, others]);
    expect(broker.arrivals.map(way)).toEqual(['events first', '5 s @events.order.placed', 'events other']);
  });

  it('because its confirm was lost is sent again for what is left of its time', async () => {
    const { clock, broker, events } = setting({ answer: ({ channel }) => (channel === 1 ? 'nothing' : 'confirm') });
    const call = events.publish({ type: 'order.placed', data: 1, delay: 20 });
    await clock.advance(8000);
    broker.lose('gone');
    await clock.advance(10);
    expect((await call).status).toBe('confirmed');
    expect(broker.arrivals.map(way)).toEqual(['20 s @events.order.placed', '12 s @events.order.placed']);
  });

  it('and that no queue takes when it is due is returned, with the exchange that has none', async () => {
    const { clock, broker, events } = setting({
      answer: ({ channel, exchange }) => (channel === 1 ? 'nothing' : exchange === 'events' ? 'return' : 'confirm'),
    });
    const call: Promise<EventResult> = events.publish({ type: 'order.placed', data: 1, delay: 5 });
    await clock.advance(8000);
    broker.lose('gone');
    await clock.advance(10);
    const result = await call;
    expect(result).toMatchObject({ status: 'returned', error: expect.any(UnroutableError) });
    expect(result).toMatchObject({ error: { exchange: 'events', routingKey: 'order.placed' } });
  });
});

describe('a message that is due later than the delays can hold it', () => {
  it('fails with the reason, and the others go on', async () => {
    const { clock, broker, publisher } = setting();
    const message = { exchange: 'events', routingKey: 'k', properties: { type: 't' }, headers: {}, body: Buffer.of() };
    const inSeconds = (seconds: number) => ({ ...message, deliverAt: new Date(clock.now() + seconds * 1000) });
    const call = publisher.publish([inSeconds(70_000), inSeconds(5)]);
    await clock.advance(10);
    expect(await call).toMatchObject([
      { status: 'failed', error: expect.any(InvalidMessageError), mayHaveArrived: false },
      { status: 'confirmed' },
    ]);
    expect(broker.arrivals.map(way)).toEqual(['5 s @events.k']);
  });
});
