import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { maximumDelaySeconds } from '../../../lib/platform/config/message-limits.ts';
import type { BindingDeclaration, TopologyDeclaration } from '../../../lib/platform/topology/declaration.ts';
import { delayRoute } from '../../../lib/platform/topology/delay.ts';
import { expandTopology } from '../../../lib/platform/topology/expand.ts';
import type { ExchangeType, Topology } from '../../../lib/platform/topology/model.ts';
import { scheduleRoute } from '../../../lib/platform/topology/schedule.ts';
import { validateTopology } from '../../../lib/platform/topology/validation/validate-topology.ts';
import { topicMatches } from './topic-matching.ts';

const word = fc.constantFrom('a', 'b', 'order', 'placed', '0', '1');
const exchangeName = fc.constantFrom('events', 'events.a', 'a', '%2E', 'a%2Eb');
const routingKey = fc.array(word, { minLength: 1, maxLength: 4 }).map((words) => words.join('.'));
const topicKey = fc
  .array(fc.oneof(word, fc.constantFrom('*', '#')), { minLength: 1, maxLength: 4 })
  .map((words) => words.join('.'));
const seconds = fc.integer({ min: 1, max: maximumDelaySeconds });

/** Where `source` leads what has this routing key. */
const reached = ({ bindings, exchanges }: Topology, source: string, key: string): string[] => {
  const type = exchanges.find(({ name }) => name === source)?.type;
  const takes = (bindingKey: string) =>
    type === 'fanout' || (type === 'direct' ? bindingKey === key : topicMatches(bindingKey, key));
  const found = bindings.filter((binding) => binding.source === source && takes(binding.routingKey ?? ''));
  return [...new Set(found.map(({ destination }) => destination))].sort();
};

const declare = (
  consumers: Record<string, readonly BindingDeclaration[]>,
  type: ExchangeType = 'topic',
): TopologyDeclaration => {
  const names = [...new Set(Object.values(consumers).flatMap((bindings) => bindings.map(({ exchange }) => exchange)))];
  return {
    exchanges: Object.fromEntries(names.map((name) => [name, { type }])),
    consumers: Object.fromEntries(Object.entries(consumers).map(([name, bindings]) => [name, { bindings }])),
    publishers: { shop: { publishes: names.map((exchange) => ({ exchange, scheduled: true })) } },
  };
};

describe('a scheduled event', () => {
  it.each(['topic', 'direct', 'fanout'] as const)(
    'reaches at the end of its delay exactly whom it would have reached at once (%s exchange)',
    (type) => {
      const bindingKey = type === 'topic' ? topicKey : routingKey;
      const bindings = fc.array(fc.record({ exchange: exchangeName, routingKey: bindingKey }), {
        minLength: 1,
        maxLength: 4,
      });
      fc.assert(
        fc.property(
          fc.dictionary(fc.constantFrom('a', 'b', 'order', 'events.a', '1'), bindings, { minKeys: 1 }),
          fc.tuple(exchangeName, routingKey, seconds),
          (consumers, [exchange, key, delay]) => {
            const topology = expandTopology(declare(consumers, type), { vhost: 'v' });
            fc.pre(topology.exchanges.some(({ name }) => name === exchange));
            const atTheEnd = reached(topology, 'delay.delivery', scheduleRoute(delay, exchange, key).routingKey);
            expect(atTheEnd).toEqual(reached(topology, exchange, key));
          },
        ),
      );
    },
  );

  it('is not taken for a message that is delayed for a queue, nor the other way round', () => {
    const topology = expandTopology(declare({ 'events.a': [{ exchange: 'events', routingKey: '#' }] }), { vhost: 'v' });
    expect(reached(topology, 'delay.delivery', delayRoute(5, 'events.a').routingKey)).toEqual(['events.a']);
    const many = declare({ a: [{ exchange: 'events', routingKey: '#' }], 'events.x': [] });
    const both = expandTopology(many, { vhost: 'v' });
    expect(reached(both, 'delay.delivery', scheduleRoute(5, 'events', 'x').routingKey)).toEqual(['a']);
    expect(reached(both, 'delay.delivery', delayRoute(5, 'events.x').routingKey)).toEqual(['events.x']);
  });

  it('reaches the hash exchange of a sharded consumer', () => {
    const sharded = declare({ orders: [{ exchange: 'events', routingKey: 'order.*' }] });
    const topology = expandTopology(
      {
        ...sharded,
        consumers: {
          orders: {
            bindings: [{ exchange: 'events', routingKey: 'order.*' }],
            shards: { count: 2, by: { property: 'message_id' } },
          },
        },
      },
      { vhost: 'v' },
    );
    validateTopology(topology);
    expect(topology.bindings).toContainEqual({
      source: 'delay.delivery',
      destination: 'orders',
      destinationType: 'exchange',
      routingKey: `${'*.'.repeat(16)}@events.order.*`,
    });
  });
});

describe('whoever may schedule', () => {
  const may = (publishes: TopologyDeclaration['publishers'][string]['publishes'], route: string): boolean => {
    const declaration = declare({ orders: [{ exchange: 'events', routingKey: 'order.#' }] });
    const exchanges = { ...declaration.exchanges, other: { type: 'topic' as const } };
    const topology = expandTopology({ ...declaration, exchanges, publishers: { shop: { publishes } } }, { vhost: 'v' });
    validateTopology(topology);
    const { exchange, routingKey: key } = JSON.parse(route) as { exchange: string; routingKey: string };
    const permission = topology.permissions.find(({ user }) => user === 'shop');
    const topic = topology.topicPermissions.find((each) => each.user === 'shop' && each.exchange === exchange);
    return new RegExp(permission?.write ?? '').test(exchange) && new RegExp(topic?.write ?? '').test(key);
  };
  const scheduled = (exchange: string, key: string) => JSON.stringify(scheduleRoute(300, exchange, key));

  it('may do so for his exchanges and routing keys only', () => {
    const publishes = [
      { exchange: 'events', routingKeys: ['order.*', 'user.#'], scheduled: true },
      { exchange: 'other' },
    ];
    expect(may(publishes, scheduled('events', 'order.placed'))).toBe(true);
    expect(may(publishes, scheduled('events', 'user'))).toBe(true);
    expect(may(publishes, scheduled('events', 'payment.made'))).toBe(false);
    expect(may(publishes, scheduled('events', 'order.placed.twice'))).toBe(false);
    expect(may(publishes, scheduled('other', 'order.placed'))).toBe(false);
    expect(may(publishes, JSON.stringify(delayRoute(300, 'orders')))).toBe(false);
    expect(may([{ exchange: 'events', scheduled: true }], scheduled('events', 'any.thing'))).toBe(true);
    expect(may([{ exchange: 'events', scheduled: true }], scheduled('other', 'any.thing'))).toBe(false);
  });

  it('is told what cannot be scheduled', () => {
    const problems = (change: Partial<TopologyDeclaration>) => () =>
      expandTopology(
        { ...declare({ orders: [{ exchange: 'events', routingKey: 'order.#' }] }), ...change },
        { vhost: 'v' },
      );
    expect(problems({ exchanges: { events: { type: 'headers' } } })).toThrow(
      "exchange 'events' is of type headers, and events are scheduled by routing key",
    );
    expect(
      problems({
        exchanges: { events: { type: 'topic' }, more: { type: 'fanout', bindings: [{ exchange: 'events' }] } },
      }),
    ).toThrow("exchange 'more' is bound to exchange 'events', and scheduled events reach queues only");
    expect(
      problems({
        consumers: {
          '@events': { bindings: [] },
          sharded: { bindings: [{ exchange: 'events' }], shards: { count: 2, by: 'routing-key' } },
          long: { bindings: [{ exchange: 'events', routingKey: 'k'.repeat(216) }] },
        },
      }),
    ).toThrow(
      /consumer '@events' begins with '@'.*consumer 'sharded' is sharded by routing key.*has 256 bytes behind a delay/s,
    );
    expect(problems({ exchanges: { events: { type: 'direct' } } })).toThrow(
      "'order.#' would be a wildcard behind a delay",
    );
  });
});
