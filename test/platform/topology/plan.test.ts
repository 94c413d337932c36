import { createHash } from 'node:crypto';
import { describe, expect, it, test } from '@jest/globals';
import fc from 'fast-check';
import type { ActualTopology, ActualUser } from '../../../lib/platform/topology/actual.ts';
import { hasChanges, type TopologyChange } from '../../../lib/platform/topology/change.ts';
import type { Topology } from '../../../lib/platform/topology/model.ts';
import { planTopology } from '../../../lib/platform/topology/plan.ts';

const desired: Topology = {
  vhost: { name: 'events' },
  exchanges: [{ name: 'events', type: 'topic', arguments: { 'alternate-exchange': 'rest', x: 1 } }],
  queues: [{ name: 'orders', arguments: { 'x-message-ttl': 1000 } }],
  bindings: [{ source: 'events', destination: 'orders', routingKey: 'order.*' }],
  policies: [
    {
      name: 'p',
      pattern: '^orders$',
      applyTo: 'queues',
      priority: 10,
      definition: { overflow: 'reject-publish', 'max-length': 9 },
    },
  ],
  users: [{ name: 'shop', tags: ['topology:events'] }],
  permissions: [{ user: 'shop', configure: '^$', write: '^events$', read: '^$' }],
  topicPermissions: [{ user: 'shop', exchange: 'events', write: '^order\\.', read: '^$' }],
};

/** `shop` with password `secret`, as RabbitMQ 4.0.5 shows it; the digest is made here as its documentation says. */
function stored(password: string, algorithm = 'sha256'): Pick<ActualUser, 'passwordHash' | 'hashingAlgorithm'> {
  const salt = Buffer.from('908dc60a', 'hex');
  const digest = createHash(algorithm).update(salt).update(password).digest();
  return {
    passwordHash: Buffer.concat([salt, digest]).toString('base64'),
    hashingAlgorithm: `rabbit_password_hashing_${algorithm}`,
  };
}

/** What a broker answers once `desired` is applied: defaults spelled out, tables in another order, its own argument added. */
const applied: ActualTopology = {
  vhosts: [{ name: '/' }, { name: 'events' }],
  exchanges: [
    {
      name: 'events',
      type: 'topic',
      durable: true,
      autoDelete: false,
      internal: false,
      arguments: { x: 1, 'alternate-exchange': 'rest' },
    },
  ],
  queues: [
    {
      name: 'orders',
      type: 'quorum',
      durable: true,
      autoDelete: false,
      exclusive: false,
      messages: 0,
      arguments: { 'x-queue-type': 'quorum', 'x-message-ttl': 1000 },
    },
  ],
  bindings: [
    {
      source: 'events',
      destination: 'orders',
      destinationType: 'queue',
      routingKey: 'order.*',
      arguments: {},
      propertiesKey: 'order.%2A',
    },
  ],
  policies: [
    {
      name: 'p',
      pattern: '^orders$',
      applyTo: 'queues',
      priority: 10,
      definition: { 'max-length': 9, overflow: 'reject-publish' },
    },
  ],
  users: [
    { name: 'admin', tags: ['administrator'] },
    { name: 'shop', tags: ['topology:events'], ...stored('secret') },
  ],
  permissions: [
    { user: 'admin', configure: '.*', write: '.*', read: '.*' },
    { user: 'shop', configure: '^$', write: '^events$', read: '^$' },
  ],
  topicPermissions: [{ user: 'shop', exchange: 'events', write: '^order\\.', read: '^$' }],
};

const empty: ActualTopology = {
  vhosts: [],
  exchanges: [],
  queues: [],
  bindings: [],
  policies: [],
  users: [],
  permissions: [],
  topicPermissions: [],
};

/** Changes but the unchanged ones, briefly. */
const brief = (plan: readonly TopologyChange[]) =>
  plan.filter(({ action }) => action !== 'unchanged').map(({ action, kind, name }) => `${action} ${kind} ${name}`);

const only = (plan: readonly TopologyChange[]): TopologyChange => {
  const [change, ...others] = plan.filter(({ action }) => action !== 'unchanged');
  expect(others).toEqual([]);
  if (!change) throw new Error('nothing changes');
  return change;
};

test('on an empty broker everything is created', () => {
  expect(brief(planTopology(desired, empty))).toEqual([
    'create vhost events',
    'create user shop',
    'create topicPermission shop on events',
    'create permission shop',
    'create exchange events',
    'create policy p',
    'create queue orders',
    'create binding events -> orders (order.*)',
  ]);
});

test('what is applied is unchanged, however the broker words it', () => {
  const plan = planTopology(desired, applied, { prune: true, passwords: { shop: 'secret' } });
  expect(brief(plan)).toEqual([]);
  expect(plan).toHaveLength(8);
  expect(hasChanges(plan)).toBe(false);
});

describe('what can be set anew is updated', () => {
  test.each<[string, Partial<ActualTopology>, string, object[]]>([
    [
      'a setting of a policy',
      { policies: applied.policies.map((policy) => ({ ...policy, definition: { 'max-length': 9 } })) },
      'update policy p',
      [{ property: 'definition.overflow', actual: undefined, desired: 'reject-publish' }],
    ],
    [
      'a setting of a policy that is too much',
      { policies: applied.policies.map((policy) => ({ ...policy, definition: { ...policy.definition, expires: 5 } })) },
      'update policy p',
      [{ property: 'definition.expires', actual: 5, desired: undefined }],
    ],
    [
      'a permission',
      { permissions: [{ user: 'shop', configure: '^$', write: '.*', read: '^$' }] },
      'update permission shop',
      [{ property: 'write', actual: '.*', desired: '^events$' }],
    ],
    [
      'a topic permission',
      { topicPermissions: [{ user: 'shop', exchange: 'events', write: '.*', read: '^$' }] },
      'update topicPermission shop on events',
      [{ property: 'write', actual: '.*', desired: '^order\\.' }],
    ],
    [
      'tags of a user of ours',
      { users: [{ name: 'shop', tags: ['topology:events', 'management'] }] },
      'update user shop',
      [{ property: 'tags', actual: ['management', 'topology:events'], desired: ['topology:events'] }],
    ],
  ])('%s', (_, found, line, differences) => {
    const change = only(planTopology(desired, { ...applied, ...found }));
    expect(brief([change])).toEqual([line]);
    expect(change).toMatchObject({ differences });
  });
});

describe('what can only be replaced is a conflict, never replaced silently', () => {
  test.each<[string, Partial<ActualTopology>, object[]]>([
    [
      'the type of an exchange',
      { exchanges: applied.exchanges.map((exchange) => ({ ...exchange, type: 'fanout' as const })) },
      [{ property: 'type', actual: 'fanout', desired: 'topic' }],
    ],
    [
      'an argument of an exchange',
      { exchanges: applied.exchanges.map((exchange) => ({ ...exchange, arguments: { x: 1 } })) },
      [{ property: 'arguments.alternate-exchange', actual: undefined, desired: 'rest' }],
    ],
    [
      'the type of a queue',
      { queues: applied.queues.map((queue) => ({ ...queue, type: 'classic' })) },
      [{ property: 'type', actual: 'classic', desired: 'quorum' }],
    ],
    [
      'an argument of a queue',
      { queues: applied.queues.map((queue) => ({ ...queue, arguments: { 'x-message-ttl': 2000 } })) },
      [{ property: 'arguments.x-message-ttl', actual: 2000, desired: 1000 }],
    ],
  ])('%s', (_, found, differences) => {
    const change = only(planTopology(desired, { ...applied, ...found }, { prune: true }));
    expect(change).toMatchObject({
      action: 'conflict',
      differences,
      reason: expect.stringContaining('cannot be changed in place'),
    });
  });
});

describe('a user', () => {
  it('that somebody else made is a conflict, so that nobody loses his rights or his password', () => {
    for (const tags of [[], ['administrator'], ['topology:other']]) {
      const found = { ...applied, users: [{ name: 'shop', tags, ...stored('other') }] };
      expect(only(planTopology(desired, found, { passwords: { shop: 'secret' } }))).toMatchObject({
        action: 'conflict',
        kind: 'user',
        reason:
          'the broker has a user of that name which this topology did not make (no tag topology:events): rename it here, or set userPrefix',
      });
    }
  });

  it('gets a password only where it has another one', () => {
    expect(brief(planTopology(desired, applied, { passwords: { shop: 'secret' } }))).toEqual([]);
    expect(only(planTopology(desired, applied, { passwords: { shop: 'changed' } }))).toMatchObject({
      action: 'update',
      kind: 'user',
      differences: [{ property: 'password' }],
    });
  });

  it('keeps the password it has when none is given', () => {
    expect(brief(planTopology(desired, applied))).toEqual([]);
  });

  it('gets the password again where the broker does not show enough to compare', () => {
    const hidden = { ...applied, users: [{ name: 'shop', tags: ['topology:events'] }] };
    expect(only(planTopology(desired, hidden, { passwords: { shop: 'secret' } }))).toMatchObject({
      action: 'update',
      kind: 'user',
    });
  });

  it('never has its password in a plan', () => {
    const plan = planTopology(desired, applied, { passwords: { shop: 'a-new-secret' } });
    expect(JSON.stringify(plan)).not.toContain('a-new-secret');
  });

  it('is compared whatever its password and the hash of the broker', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1 }),
        fc.string({ minLength: 1 }),
        fc.constantFrom('sha256', 'sha512'),
        (is, wanted, algorithm) => {
          const found = { ...applied, users: [{ name: 'shop', tags: ['topology:events'], ...stored(is, algorithm) }] };
          expect(hasChanges(planTopology(desired, found, { passwords: { shop: wanted } }))).toBe(is !== wanted);
        },
      ),
    );
  });
});

test.each([
  ['is given', 'orders.returning', 'orders'],
  ['loses', 'orders', 'orders.returning'],
])('a queue that %s its limit is not reached by the delays twice, also without pruning', (_, wanted, found) => {
  const binding = { source: 'delay.delivery', routingKey: '*.orders' };
  const plan = planTopology(
    { ...desired, bindings: [{ ...binding, destination: wanted }] },
    {
      ...applied,
      bindings: ['*.orders', '*.@events.order.*'].map((routingKey) => ({
        ...binding,
        routingKey,
        destination: found,
        destinationType: 'queue',
        propertiesKey: routingKey,
      })),
    },
  );
  expect(brief(plan.filter(({ kind }) => kind === 'binding'))).toEqual([
    `create binding delay.delivery -> ${wanted} (*.orders)`,
    `delete binding delay.delivery -> ${found} (*.orders)`,
    `keep binding delay.delivery -> ${found} (*.@events.order.*)`,
  ]);
});

describe('a queue that its consumer would no longer read', () => {
  const consumer = { ...desired, queues: [...desired.queues, { name: 'orders.dead-letter' }] };
  const planned = (found: { messages: number; boundTo?: string }, prune: boolean) => {
    const { messages, boundTo } = found;
    const binding = {
      destination: 'orders.shard-1',
      destinationType: 'queue',
      routingKey: '1',
      propertiesKey: '1',
    } as const;
    const plan = planTopology(
      consumer,
      {
        ...applied,
        queues: [...applied.queues, { name: 'orders.shard-1', type: 'quorum', exclusive: false, messages }],
        bindings: [...applied.bindings, ...(boundTo === undefined ? [] : [{ ...binding, source: boundTo }])],
      },
      { prune },
    );
    return plan.find(({ name }) => name === 'orders.shard-1');
  };

  it.each([true, false])('is refused while it holds or gets messages (pruning: %s)', (prune) => {
    expect(planned({ messages: 3, boundTo: 'orders' }, prune)).toMatchObject({
      action: 'refuse',
      reason:
        "it holds 3 messages and gets messages from exchange 'orders', and consumer 'orders' would no longer read it: " +
        "add 'orders.shard-1' to formerQueues of the consumer, apply with pruning, and take it out once the queue is empty",
    });
    expect(planned({ messages: 1 }, prune)).toMatchObject({
      action: 'refuse',
      reason: expect.stringMatching(/^it holds 1 message, and/u),
    });
    expect(planned({ messages: 0, boundTo: 'orders' }, prune)).toMatchObject({ action: 'refuse' });
  });

  it('may go once it is empty and gets nothing but late retries', () => {
    expect(planned({ messages: 0, boundTo: 'delay.delivery' }, true)).toMatchObject({ action: 'delete' });
    expect(planned({ messages: 0, boundTo: 'dead-letter' }, false)).toMatchObject({ action: 'keep' });
  });
});

describe('what is not declared', () => {
  const extra: ActualTopology = {
    ...applied,
    vhosts: [...applied.vhosts, { name: 'other' }],
    exchanges: [
      ...applied.exchanges,
      { name: 'old', type: 'direct' },
      { name: 'tmp', type: 'direct', autoDelete: true },
    ],
    queues: [
      ...applied.queues,
      { name: 'empty', type: 'quorum', exclusive: false, messages: 0 },
      { name: 'full', type: 'quorum', exclusive: false, messages: 1 },
      { name: 'amq.gen-1', type: 'classic', exclusive: true, messages: 0 },
    ],
    bindings: [
      ...applied.bindings,
      { source: 'events', destination: 'full', destinationType: 'queue', routingKey: '#', propertiesKey: '%23' },
      { source: 'events', destination: 'amq.gen-1', destinationType: 'queue', routingKey: '#', propertiesKey: '%23' },
    ],
    policies: [
      ...applied.policies,
      { name: 'old', pattern: 'x', applyTo: 'queues', priority: 1, definition: {} },
      { name: 'of full', pattern: '^full$', applyTo: 'queues', priority: 1, definition: {} },
      { name: 'AWS-DEFAULT-POLICY-SINGLE-INSTANCE', pattern: '.*', applyTo: 'queues', priority: 0, definition: {} },
    ],
    users: [
      ...applied.users,
      { name: 'old', tags: ['topology:events'] },
      { name: 'stranger', tags: ['topology:other'] },
    ],
    permissions: [
      ...applied.permissions,
      { user: 'old', configure: '^$', write: '^$', read: '^$' },
      { user: 'stranger', configure: '.*', write: '.*', read: '.*' },
    ],
  };

  it('is left alone unless pruning is asked for', () => {
    const plan = planTopology(desired, extra);
    expect(hasChanges(plan)).toBe(false);
    expect(plan.filter(({ action }) => action === 'keep').length).toBeGreaterThan(0);
  });

  it('is deleted by pruning where it is certainly ours, permanent and empty', () => {
    const plan = planTopology(desired, extra, { prune: true });
    expect(brief(plan).filter((line) => line.startsWith('delete'))).toEqual([
      'delete user old',
      'delete permission old',
      'delete exchange old',
      'delete policy old',
      'delete queue empty',
      'delete binding events -> full (#)',
    ]);
  });

  it('stays with its reason where it is not', () => {
    const kept = planTopology(desired, extra, { prune: true }).flatMap((change) =>
      change.action === 'keep' ? [[change.name, change.reason]] : [],
    );
    expect(Object.fromEntries(kept)).toEqual({
      tmp: "temporary; some client's, and goes with it",
      'AWS-DEFAULT-POLICY-SINGLE-INSTANCE': "Amazon MQ's own",
      'of full': "governs queue 'full', which stays",
      full: 'not declared, but holds 1 message: move or purge them first',
      'amq.gen-1': "temporary; some client's, and goes with it",
      'events -> amq.gen-1 (#)': "temporary; some client's, and goes with it",
    });
  });

  it('is not mentioned where it belongs to others: users, their permissions, other virtual hosts', () => {
    const plan = planTopology(desired, extra, { prune: true });
    expect(plan.filter(({ name }) => ['admin', 'stranger', 'other', '/'].includes(name))).toEqual([]);
  });
});
