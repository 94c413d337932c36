import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { maximumDelaySeconds } from '../../../../lib/platform/config/message-limits.ts';
import { eventMessage } from '../../../../lib/platform/runtime/amqp/event-publisher.ts';
import { type DeliveryTime, messageToSend } from '../../../../lib/platform/runtime/amqp/scheduled-delivery.ts';
import { parseDelayRoutingKey } from '../../../../lib/platform/topology/delay.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const now = Date.UTC(2026, 10, 20);
const target = { exchange: 'events', clock: new VirtualClock(now) };

const message = (time: DeliveryTime) => eventMessage({ type: 'order.placed', data: 1, ...time }, 'id', target);

/** Seconds that the message has to wait in the delays when it is sent so long after it was handed over, in milliseconds. */
const wait = (time: DeliveryTime, later = 0) =>
  parseDelayRoutingKey(messageToSend(message(time), now + later).routingKey)?.seconds ?? 0;

describe('the delivery of an event', () => {
  it('is never earlier than asked for, and less than a second later, however late it is sent', () => {
    const milliseconds = fc.integer({ min: 1, max: maximumDelaySeconds * 1000 });
    fc.assert(
      fc.property(milliseconds, fc.integer({ min: 0, max: 30_000 }), (asked, later) => {
        for (const time of [{ delay: asked / 1000 }, { deliverAt: new Date(now + asked) }]) {
          const late = later + wait(time, later) * 1000 - Math.max(asked, later);
          expect(late >= 0 && late < 1000).toBe(true);
        }
      }),
    );
  });

  it('is at once where nothing is said, and where the time has passed', () => {
    for (const time of [{}, { delay: 0 }, { deliverAt: new Date(now - 5000) }])
      expect(messageToSend(message(time), now)).toMatchObject({ exchange: 'events', routingKey: 'order.placed' });
  });

  it('with a delay takes the way through the delays; consumers still see where it was meant for', () => {
    const { exchange, routingKey, headers } = messageToSend(message({ delay: 4.2 }), now);
    expect(exchange).toBe('delay.level-02');
    expect(parseDelayRoutingKey(routingKey)).toEqual({ seconds: 5, queue: '@events.order.placed' });
    expect(headers).toMatchObject({ 'x-original-exchange': 'events', 'x-original-routingKey': 'order.placed' });
  });

  it.each([
    [{ delay: -1 }, 'event t cannot be scheduled: delay is -1 s; it must be 0 to 65535 s'],
    [{ delay: Number.NaN }, 'event t cannot be scheduled: delay is NaN s; it must be 0 to 65535 s'],
    [{ delay: 65_535.5 }, 'event t cannot be scheduled: delay is 65535.5 s; it must be 0 to 65535 s'],
    [{ deliverAt: new Date(Number.NaN) }, 'event t cannot be scheduled: deliverAt is an invalid date'],
    [{ delay: 1, deliverAt: new Date(now) }, 'event t cannot be scheduled: delay and deliverAt are both given'],
    [{ deliverAt: new Date(now + 70_000_000) }, '70000 s from now; at most 65535 s are possible'],
    [{ delay: 1, routingKey: 'k'.repeat(216) }, "of exchange 'events' has 256 bytes once the delay is in front of it"],
  ])('of %j is refused with the reason', (time, message) => {
    expect(() => eventMessage({ type: 't', data: 1, ...time }, 'id', target)).toThrow(message);
  });
});
