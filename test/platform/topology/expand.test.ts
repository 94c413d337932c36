import { describe, expect, it, test } from '@jest/globals';
import { topologyOf } from '../../../lib/platform/declaration/topology-of.ts';
import { alternateUser } from '../../../lib/platform/topology/alternate-users.ts';
import type { TopologyDeclaration } from '../../../lib/platform/topology/declaration.ts';
import { expandTopology } from '../../../lib/platform/topology/expand.ts';
import { InvalidTopologyError } from '../../../lib/platform/topology/invalid-topology-error.ts';
import { effectiveSettings } from '../../../lib/platform/topology/policy-matching.ts';
import { validateTopology } from '../../../lib/platform/topology/validation/validate-topology.ts';
import { app } from '../application/app.ts';
import { topicMatches } from './topic-matching.ts';

const declaration = topologyOf(app);

const topology = expandTopology(declaration, { vhost: 'events' });

const variant = (change: Partial<TopologyDeclaration>): TopologyDeclaration => ({
  exchanges: { events: { type: 'topic' } },
  consumers: { orders: { bindings: [{ exchange: 'events', routingKey: 'order.#' }] } },
  publishers: {},
  ...change,
});

test('the declaration of the test application is valid', () => {
  expect(() => validateTopology(topology)).not.toThrow();
});

describe('every consumer of the declaration', () => {
  it.each(Object.keys(declaration.consumers))(
    '%s has a durable quorum queue with terminal dead-lettering and a high limit',
    (consumer) => {
      const queue = topology.queues.find(({ name }) => name === consumer);
      expect(queue).toEqual({ name: consumer });
      expect(effectiveSettings(queue ?? { name: '' }, topology.policies)).toEqual({
        'dead-letter-exchange': 'dead-letter',
        'dead-letter-routing-key': consumer,
        'dead-letter-strategy': 'at-least-once',
        overflow: 'reject-publish',
        'delivery-limit': 1000,
      });
    },
  );

  it.each(Object.keys(declaration.consumers))(
    '%s has a dead-letter queue that keeps its messages however often they are looked at',
    (consumer) => {
      const name = `${consumer}.dead-letter`;
      expect(topology.bindings).toContainEqual({ source: 'dead-letter', destination: name, routingKey: consumer });
      expect(effectiveSettings({ name }, topology.policies)).toEqual({ 'delivery-limit': 1_000_000 });
    },
  );

  it.each(Object.keys(declaration.consumers))('%s can be reached with a delay', (consumer) => {
    const binding = topology.bindings.find(
      ({ source, destination }) => source === 'delay.delivery' && destination === consumer,
    );
    expect(binding?.routingKey).toBe(`${'*.'.repeat(16)}${consumer}`);
  });
});

test('events reach the consumers that are bound to them', () => {
  const receivers = (type: string) =>
    topology.bindings
      .filter(({ source, routingKey = '' }) => source === 'events' && topicMatches(routingKey, type))
      .map(({ destination }) => destination)
      .sort();
  expect(receivers('thing.made')).toEqual(['keep-thing', 'log-all']);
  expect(receivers('thing.ended')).toEqual(['keep-thing', 'log-all']);
  expect(receivers('person.joined')).toEqual(['log-all', 'send-note']);
});

describe('access', () => {
  const permits = (user: string, operation: 'configure' | 'write' | 'read') => {
    const permission = topology.permissions.find((each) => each.user === user);
    const names = [...topology.exchanges, ...topology.queues]
      .map(({ name }) => name)
      .concat('amq.default', 'amq.topic');
    return [...new Set(names)].filter((name) => new RegExp(permission?.[operation] ?? '^$').test(name)).sort();
  };
  const delayLevels = Array.from({ length: 16 }, (_, level) => `delay.level-${String(level).padStart(2, '0')}`);

  it('of a mapping is to read its queue, nothing else', () => {
    expect(permits('keep-thing.mapping', 'read')).toEqual(['keep-thing']);
    expect(permits('keep-thing.mapping', 'write')).toEqual([]);
    expect(permits('keep-thing.mapping', 'configure')).toEqual([]);
  });

  it('of a function is to hand messages on, nothing else', () => {
    expect(permits('keep-thing', 'write')).toEqual(['dead-letter', ...delayLevels]);
    expect(permits('keep-thing', 'read')).toEqual([]);
    expect(permits('keep-thing', 'configure')).toEqual([]);
  });

  it('of a function to the delays ends at its own queue', () => {
    const narrowed = topology.topicPermissions.filter(
      ({ user, exchange }) => user === 'keep-thing' && exchange !== 'dead-letter',
    );
    expect(narrowed.map(({ exchange }) => exchange).sort()).toEqual(delayLevels);
    for (const { write } of narrowed) {
      expect('0.0.0.0.0.0.0.0.0.0.0.0.0.1.0.1.keep-thing').toMatch(new RegExp(write));
      expect('0.0.0.0.0.0.0.0.0.0.0.0.0.1.0.1.send-note').not.toMatch(new RegExp(write));
      expect('0.0.0.0.0.0.0.0.0.0.0.0.0.1.0.1.x.keep-thing').not.toMatch(new RegExp(write));
    }
  });

  it("of a function to dead letters ends at its own queues', shards included", () => {
    const { exchanges, topicPermissions } = expandTopology(
      variant({
        consumers: {
          orders: {
            bindings: [{ exchange: 'events', routingKey: 'order.#' }],
            shards: { count: 2, by: { header: 'customer' } },
          },
          mails: { bindings: [{ exchange: 'events', routingKey: 'user.#' }] },
        },
      }),
      { vhost: 'events' },
    );
    // On an exchange of another type the broker would not look at the routing key.
    expect(exchanges.find(({ name }) => name === 'dead-letter')?.type).toBe('topic');
    const writes = (user: string, routingKey: string) =>
      topicPermissions
        .filter((each) => each.user === user && each.exchange === 'dead-letter')
        .map(({ write }) => new RegExp(write).test(routingKey));
    expect(['orders.shard-0', 'orders.shard-1', 'orders', 'mails'].map((key) => writes('orders', key))).toEqual([
      [true],
      [true],
      [false],
      [false],
    ]);
    expect(['mails', 'x.mails', 'orders.shard-0'].map((key) => writes('mails', key))).toEqual([
      [true],
      [false],
      [false],
    ]);
  });

  it('of a publisher is to write to its exchanges and delays', () => {
    expect(permits('shop', 'write')).toEqual([...delayLevels, 'events']);
    expect(permits('shop', 'read')).toEqual([]);
  });

  it('of a publisher can be limited to routing keys', () => {
    const { topicPermissions, permissions } = expandTopology(
      variant({ publishers: { shop: { publishes: [{ exchange: 'events', routingKeys: ['order.*', 'user.#'] }] } } }),
      { vhost: 'events' },
    );
    expect(permissions.find(({ user }) => user === 'shop')?.write).toBe('^events$');
    const [narrowed] = topicPermissions.filter(({ user }) => user === 'shop');
    expect(narrowed?.exchange).toBe('events');
    for (const [key, allowed] of [
      ['order.placed', true],
      ['order.placed.x', false],
      ['user', true],
      ['user.a.b', true],
      ['users', false],
    ] as const) {
      expect([key, new RegExp(narrowed?.write ?? '').test(key)]).toEqual([key, allowed]);
    }
  });

  it('is given to users that carry the topology of their virtual host as a tag, with the prefix of their environment', () => {
    const { users, permissions } = expandTopology(variant({}), { vhost: '/', userPrefix: 'dev-' });
    expect(users).toEqual([
      { name: 'dev-orders.mapping', tags: ['topology:%2F'] },
      { name: 'dev-orders.mapping.clone', tags: ['topology:%2F'], alternateOf: 'dev-orders.mapping' },
      { name: 'dev-orders', tags: ['topology:%2F'] },
      { name: 'dev-orders.clone', tags: ['topology:%2F'], alternateOf: 'dev-orders' },
      { name: 'dev-monitoring', tags: ['topology:%2F', 'monitoring'] },
      { name: 'dev-monitoring.clone', tags: ['topology:%2F', 'monitoring'], alternateOf: 'dev-monitoring' },
    ]);
    expect(permissions.map(({ user }) => user)).toEqual(users.map(({ name }) => name));
  });

  it('is the same for the two users that take turns in a secret', () => {
    const { users, permissions, topicPermissions } = topology;
    const grantsOf = (user: string) =>
      [...permissions, ...topicPermissions]
        .filter((grant) => grant.user === user)
        .map((grant) => ({ ...grant, user: '' }));
    const alternates = users.filter(({ alternateOf }) => alternateOf !== undefined);
    expect(alternates).toHaveLength(users.length / 2);
    for (const { name, alternateOf = '' } of alternates) {
      expect(grantsOf(name)).toEqual(grantsOf(alternateOf));
      expect([alternateUser(name), alternateUser(alternateOf)]).toEqual([alternateOf, name]);
    }
  });
});

describe('a consumer with shards', () => {
  const sharded = expandTopology(
    variant({
      consumers: {
        orders: {
          bindings: [{ exchange: 'events', routingKey: '#' }],
          shards: { count: 3, by: { header: 'customer' } },
        },
      },
    }),
    { vhost: 'events' },
  );

  it('is valid and has a queue for each behind a hash exchange', () => {
    expect(() => validateTopology(sharded)).not.toThrow();
    expect(sharded.exchanges).toContainEqual({
      name: 'orders',
      type: 'x-consistent-hash',
      arguments: { 'hash-header': 'customer' },
    });
    expect(sharded.bindings).toContainEqual({
      source: 'events',
      destination: 'orders',
      destinationType: 'exchange',
      routingKey: '#',
    });
    expect(sharded.bindings.filter(({ source }) => source === 'orders')).toEqual([
      { source: 'orders', destination: 'orders.shard-0', routingKey: '1' },
      { source: 'orders', destination: 'orders.shard-1', routingKey: '1' },
      { source: 'orders', destination: 'orders.shard-2', routingKey: '1' },
    ]);
  });

  it('goes on reading queues from before its shards changed, which get nothing new', () => {
    const formerQueues = ['orders.shard-2', 'orders'];
    const shards = { count: 2, by: { header: 'customer' } } as const;
    const bindings = [{ exchange: 'events', routingKey: '#' }];
    const changed = expandTopology(variant({ consumers: { orders: { bindings, shards, formerQueues } } }), {
      vhost: 'events',
    });
    expect(() => validateTopology(changed)).not.toThrow();
    const sourcesOf = (queue: string) =>
      changed.bindings
        .filter(({ destination, destinationType }) => destination === queue && destinationType !== 'exchange')
        .map(({ source }) => source);
    expect(['orders.shard-1', ...formerQueues].map(sourcesOf)).toEqual([
      ['orders', 'delay.delivery'],
      ['delay.delivery'],
      ['delay.delivery'],
    ]);
    expect(changed.permissions.find(({ user }) => user === 'orders.mapping')?.read).toBe(
      '^(orders\\.shard-0|orders\\.shard-1|orders\\.shard-2|orders)$',
    );
    expect(changed.bindings).toContainEqual({
      source: 'dead-letter',
      destination: 'orders.dead-letter',
      routingKey: 'orders.shard-2',
    });
  });

  it('has one dead-letter queue for all of them', () => {
    expect(
      sharded.bindings
        .filter(({ source }) => source === 'dead-letter')
        .map(({ destination, routingKey }) => [destination, routingKey]),
    ).toEqual([
      ['orders.dead-letter', 'orders.shard-0'],
      ['orders.dead-letter', 'orders.shard-1'],
      ['orders.dead-letter', 'orders.shard-2'],
    ]);
  });

  it('delays a message back to the shard it came from', () => {
    expect(
      sharded.bindings.filter(({ source }) => source === 'delay.delivery').map(({ destination }) => destination),
    ).toEqual(['orders.shard-0', 'orders.shard-1', 'orders.shard-2']);
  });
});

describe('a queue that may be full', () => {
  const destinations = ({ bindings }: ReturnType<typeof expandTopology>) =>
    bindings
      .filter(({ source }) => source === 'delay.delivery')
      .map(({ destination, destinationType = 'queue', routingKey = '' }) => [
        destinationType,
        destination,
        routingKey.slice('*.'.length * 16),
      ]);
  const publishers = { shop: { publishes: [{ exchange: 'events', scheduled: true }] } };
  const bindings = [{ exchange: 'events', routingKey: 'order.#' }];
  const settings = {
    'x-message-ttl': 1,
    'x-dead-letter-strategy': 'at-least-once',
    'x-overflow': 'reject-publish',
  };

  it('gets what was delayed from a queue of its own, so that what it refuses holds up no other', () => {
    const limited = expandTopology(
      variant({ consumers: { orders: { bindings, maxLength: 9 }, mails: { bindings } }, publishers }),
      { vhost: 'events' },
    );
    expect(() => validateTopology(limited)).not.toThrow();
    expect(destinations(limited)).toEqual([
      ['queue', 'orders.returning', 'orders'],
      ['queue', 'mails', 'mails'],
      ['queue', 'orders.returning', '@events.order.#'],
      ['queue', 'mails', '@events.order.#'],
    ]);
    expect(limited.queues.filter(({ name }) => name.endsWith('.returning'))).toEqual([
      {
        name: 'orders.returning',
        arguments: { ...settings, 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': 'orders' },
      },
    ]);
    expect(effectiveSettings({ name: 'orders.returning' }, limited.policies)).toEqual({});
  });

  it('also as one of several shards, and what was scheduled gets there by the hash exchange', () => {
    const limited = expandTopology(
      variant({
        consumers: { orders: { bindings, maxLength: 9, shards: { count: 2, by: { header: 'customer' } } } },
        publishers,
      }),
      { vhost: 'events' },
    );
    expect(() => validateTopology(limited)).not.toThrow();
    expect(destinations(limited)).toEqual([
      ['queue', 'orders.shard-0.returning', 'orders.shard-0'],
      ['queue', 'orders.shard-1.returning', 'orders.shard-1'],
      ['queue', 'orders.returning', '@events.order.#'],
    ]);
    expect(limited.queues.find(({ name }) => name === 'orders.returning')?.arguments).toEqual({
      ...settings,
      'x-dead-letter-exchange': 'orders',
    });
  });

  it('whoever limited it', () => {
    const limited = expandTopology(
      variant({
        additional: {
          queues: [{ name: 'archive' }, { name: 'lossy' }],
          bindings: ['archive', 'lossy'].map((destination) => ({ source: 'events', destination, routingKey: '#' })),
          policies: ['archive', 'lossy'].map((name, index) => ({
            name,
            pattern: `^${name}$`,
            applyTo: 'queues',
            priority: 20,
            definition: { 'max-length-bytes': 9, overflow: index === 0 ? 'reject-publish' : 'drop-head' },
          })),
        },
        publishers,
      }),
      { vhost: 'events' },
    );
    expect(() => validateTopology(limited)).not.toThrow();
    expect(destinations(limited).map(([, destination]) => destination)).toEqual([
      'orders',
      'orders',
      'archive.returning',
      'lossy',
    ]);
  });
});

describe('a declaration that refers to what is not there', () => {
  const problems = (change: Partial<TopologyDeclaration>): readonly string[] => {
    try {
      expandTopology(variant(change), { vhost: 'events' });
    } catch (error) {
      if (error instanceof InvalidTopologyError) return error.problems;
      throw error;
    }
    return [];
  };

  it('is refused with every problem at once', () => {
    expect(
      problems({
        consumers: {
          orders: {
            bindings: [{ exchange: 'event' }],
            publishes: [{ exchange: 'audit' }],
            schedules: ['order'],
            shards: { count: 1, by: 'routing-key' },
            deliveryLimit: 0,
            maxLength: 0,
          },
        },
        publishers: { orders: { publishes: [{ exchange: 'evnts' }], schedules: ['nobody'] } },
      }),
    ).toEqual([
      "consumer 'orders' is bound to exchange 'event', which is not declared (declared: events): add it to exchanges or correct the name",
      "consumer 'orders' publishes to exchange 'audit', which is not declared (declared: events): add it to exchanges or correct the name",
      "consumer 'orders' schedules messages for consumer 'order', which is not declared (declared: orders)",
      "consumer 'orders': shards.count is 1; it must be a whole number from 2 to 64",
      "consumer 'orders': deliveryLimit is 0; it must be a whole number from 1 to 2147483647",
      "consumer 'orders': maxLength is 0; it must be a whole number from 1 to 2147483647",
      "'orders' is both a consumer and a publisher, and each needs a broker user of that name: rename one",
      "publisher 'orders' publishes to exchange 'evnts', which is not declared (declared: events): add it to exchanges or correct the name",
      "publisher 'orders' schedules messages for consumer 'nobody', which is not declared (declared: orders)",
    ]);
  });

  it('is refused where former queues are current ones, or never were', () => {
    const formerQueues = ['orders', 'mails.shard-1', 'orders.shard-1'];
    expect(problems({ consumers: { orders: { bindings: [], formerQueues } } })).toEqual([
      "consumer 'orders': 'orders' is in formerQueues and is one of its queues now: take it out",
      "consumer 'orders': 'mails.shard-1' in formerQueues was none of its queues: take 'orders' or 'orders.shard-<n>'",
    ]);
  });

  it('is refused where a name is that of a queue of the delays', () => {
    expect(problems({ consumers: { 'orders.returning': { bindings: [] } } })).toEqual([
      "consumer 'orders.returning' has a name like a queue of the delay infrastructure: rename it",
    ]);
  });

  it('is refused where a name is that of the user who looks at statistics', () => {
    expect(problems({ publishers: { monitoring: { publishes: [{ exchange: 'events' }] } } })).toEqual([
      "publisher 'monitoring' has the name of the broker user that reads statistics: rename it",
    ]);
  });

  it('is refused where a name would be taken for the second user of a pair', () => {
    const publishes = [{ exchange: 'events' }];
    expect(problems({ publishers: { 'shop.clone': { publishes } } })).toEqual([
      "publisher 'shop.clone' ends with '.clone', which marks the second of two broker users that take turns: rename it",
    ]);
  });
});
