import { describe, expect, it, test } from '@jest/globals';
import fc from 'fast-check';
import { delayLevels, maximumDelaySeconds } from '../../../lib/platform/config/message-limits.ts';
import { delayDestinationBindingKey, delayRoute, parseDelayRoutingKey } from '../../../lib/platform/topology/delay.ts';
import { delayInfrastructure } from '../../../lib/platform/topology/delay-infrastructure.ts';
import { delayDeliveryExchange, delayLevel } from '../../../lib/platform/topology/names.ts';
import { topicMatches } from './topic-matching.ts';

const seconds = fc.integer({ min: 0, max: maximumDelaySeconds });
const queue = fc.stringMatching(/^[a-z0-9]{1,6}([.-][a-z0-9]{1,6}){0,3}$/u);

/** Follows a message through the declared exchanges and queues as a broker would; says how long it waits and where it comes out. */
function travel(route: { exchange: string; routingKey: string }): { waitedSeconds: number; passed: number } {
  const { bindings, queues } = delayInfrastructure();
  const settings = new Map(queues.map(({ name, arguments: own = {} }) => [name, own]));
  let exchange = route.exchange;
  let waitedSeconds = 0;
  let passed = 0;
  while (exchange !== delayDeliveryExchange) {
    passed += 1;
    const taken = bindings.filter(
      ({ source, routingKey = '' }) => source === exchange && topicMatches(routingKey, route.routingKey),
    );
    expect(taken).toHaveLength(1);
    for (const { destination, destinationType } of taken) {
      if (destinationType === 'exchange') {
        exchange = destination;
      } else {
        waitedSeconds += Number(settings.get(destination)?.['x-message-ttl']) / 1000;
        exchange = String(settings.get(destination)?.['x-dead-letter-exchange']);
      }
    }
  }
  return { waitedSeconds, passed };
}

describe('a delayed message', () => {
  it('waits exactly as long as asked, whatever the delay and the destination', () => {
    fc.assert(fc.property(seconds, queue, (delay, name) => travel(delayRoute(delay, name)).waitedSeconds === delay));
  });

  it('says its delay and destination in its routing key', () => {
    fc.assert(
      fc.property(seconds, queue, (delay, name) => {
        expect(parseDelayRoutingKey(delayRoute(delay, name).routingKey)).toEqual({ seconds: delay, queue: name });
      }),
    );
  });

  it('enters where it first has to wait, so that short delays pass few exchanges', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: delayLevels - 1 }), fc.nat(), (level, low) => {
        const delay = 2 ** level + (low % 2 ** level);
        expect(delayRoute(delay, 'q').exchange).toBe(delayLevel(level));
        expect(travel(delayRoute(delay, 'q')).passed).toBe(level + 1);
      }),
    );
  });

  it('reaches its destination and no queue with a similar name', () => {
    fc.assert(
      fc.property(seconds, queue, queue, (delay, meant, other) => {
        const { routingKey } = delayRoute(delay, meant);
        expect(topicMatches(delayDestinationBindingKey(meant), routingKey)).toBe(true);
        expect(topicMatches(delayDestinationBindingKey(other), routingKey)).toBe(other === meant);
      }),
    );
    expect(topicMatches(delayDestinationBindingKey('b'), delayRoute(5, 'a.b').routingKey)).toBe(false);
    expect(topicMatches(delayDestinationBindingKey('0.b'), delayRoute(5, 'b').routingKey)).toBe(false);
  });

  it('is never early: fractions are rounded up', () => {
    expect(parseDelayRoutingKey(delayRoute(0.001, 'q').routingKey)?.seconds).toBe(1);
    expect(parseDelayRoutingKey(delayRoute(4.2, 'q').routingKey)?.seconds).toBe(5);
  });
});

test('the routing key reads as the delay in binary, highest level first, then the queue', () => {
  expect(delayRoute(5, 'fulfil-order')).toEqual({
    exchange: 'delay.level-02',
    routingKey: '0.0.0.0.0.0.0.0.0.0.0.0.0.1.0.1.fulfil-order',
  });
  expect(delayRoute(65_535, 'q').exchange).toBe('delay.level-15');
});

describe('an impossible delay', () => {
  it.each([-1, 65_536, 65_535.5, Number.NaN, Number.POSITIVE_INFINITY])(
    'of %p s is refused with the limit',
    (delay) => {
      expect(() => delayRoute(delay, 'orders')).toThrow(
        new RangeError(`delay for queue 'orders' is ${delay} s; the delay infrastructure takes 0 to 65535 s`),
      );
    },
  );

  it('to a queue whose name leaves no room for it is refused with the length in bytes', () => {
    expect(delayRoute(1, 'q'.repeat(223)).routingKey).toHaveLength(255);
    expect(() => delayRoute(1, 'é'.repeat(112))).toThrow(
      /has 224 bytes; a delayed message can reach queues of 1 to 223 bytes/u,
    );
    expect(() => delayRoute(1, '')).toThrow(/has 0 bytes/u);
  });

  it.each(['', 'orders', '0.1.orders', '0.0.0.0.0.0.0.0.0.0.0.0.0.1.0.1.', '0.0.0.0.0.0.0.0.0.0.0.0.0.1.0.2.q'])(
    'is not read out of the routing key %p',
    (routingKey) => {
      expect(parseDelayRoutingKey(routingKey)).toBeUndefined();
    },
  );
});
