import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { receivers } from '../../../lib/platform/topology/receivers.ts';
import { topicMatches } from './topic-matching.ts';

const topology = {
  exchanges: {
    events: { type: 'topic' },
    copies: { type: 'fanout', bindings: [{ exchange: 'events', routingKey: 'order.#' }] },
    archive: { type: 'direct', bindings: [{ exchange: 'copies' }] },
    tagged: { type: 'headers' },
  },
  consumers: {
    orders: { bindings: [{ exchange: 'events', routingKey: 'order.*' }] },
    everything: { bindings: [{ exchange: 'copies' }] },
    refunds: { bindings: [{ exchange: 'archive', routingKey: 'order.refunded' }] },
    selected: { bindings: [{ exchange: 'tagged', arguments: { 'x-match': 'all' } }] },
  },
} as const;

describe('the receivers of a message', () => {
  it('are the consumers whose bindings match, also behind exchanges that are fed by the one it is published to', () => {
    const of = (routingKey: string) => receivers(topology, { exchange: 'events', routingKey });
    expect(of('order.placed')).toEqual(['orders', 'everything']);
    expect(of('order.refunded')).toEqual(['orders', 'everything', 'refunds']);
    expect(of('order')).toEqual(['everything']);
    expect(of('user.registered')).toEqual([]);
  });

  it('are on the way only: what is published behind a binding does not go back', () => {
    expect(receivers(topology, { exchange: 'archive', routingKey: 'order.refunded' })).toEqual(['refunds']);
  });

  it('of a topic exchange are those that RabbitMQ finds', () => {
    const words = (word: fc.Arbitrary<string>) =>
      fc.array(word, { minLength: 1, maxLength: 4 }).map((w) => w.join('.'));
    const keys = [words(fc.constantFrom('a', 'b', '*', '#')), words(fc.constantFrom('a', 'b', '', 'a\n'))] as const;
    fc.assert(
      fc.property(...keys, (bindingKey, routingKey) => {
        const { exchanges } = topology;
        const consumers = { one: { bindings: [{ exchange: 'events', routingKey: bindingKey }] } };
        const expected = topicMatches(bindingKey, routingKey) ? ['one'] : [];
        expect(receivers({ exchanges, consumers }, { exchange: 'events', routingKey })).toEqual(expected);
      }),
    );
  });

  it('cannot be told for exchanges that are not there, and for those that look at headers', () => {
    expect(() => receivers(topology, { exchange: 'evnts', routingKey: 'a' })).toThrow('exchange evnts is not declared');
    expect(() => receivers(topology, { exchange: 'tagged', routingKey: 'a' })).toThrow(
      'who gets a message of exchange tagged depends on more than its routing key: its type is headers',
    );
  });

  it('are found where exchanges feed each other in a circle', () => {
    const exchanges = {
      a: { type: 'fanout', bindings: [{ exchange: 'b' }] },
      b: { type: 'fanout', bindings: [{ exchange: 'a' }] },
    } as const;
    const consumers = { one: { bindings: [{ exchange: 'b' }] } };
    expect(receivers({ exchanges, consumers }, { exchange: 'a', routingKey: '' })).toEqual(['one']);
  });
});
