import { describe, expect, it, test } from '@jest/globals';
import { topologyOf } from '../../../../lib/platform/declaration/topology-of.ts';
import { expandTopology } from '../../../../lib/platform/topology/expand.ts';
import { InvalidTopologyError } from '../../../../lib/platform/topology/invalid-topology-error.ts';
import type { Policy, Topology } from '../../../../lib/platform/topology/model.ts';
import { validateTopology } from '../../../../lib/platform/topology/validation/validate-topology.ts';
import { app } from '../../application/app.ts';

const declaration = topologyOf(app);

const valid: Topology = {
  vhost: { name: 'events' },
  exchanges: [
    { name: 'events', type: 'topic' },
    { name: 'dead-letter', type: 'direct' },
  ],
  queues: [{ name: 'orders' }, { name: 'legacy', type: 'classic' }],
  bindings: [{ source: 'events', destination: 'orders', routingKey: 'order.*' }],
  policies: [],
  users: [{ name: 'shop', tags: [] }],
  permissions: [{ user: 'shop', configure: '^$', write: '^events$', read: '^$' }],
  topicPermissions: [],
};

/** Problems of the valid topology with something added to its lists (or its virtual host replaced). */
function problems(added: Partial<Topology>): readonly string[] {
  const changed: Topology = {
    vhost: added.vhost ?? valid.vhost,
    exchanges: [...valid.exchanges, ...(added.exchanges ?? [])],
    queues: [...valid.queues, ...(added.queues ?? [])],
    bindings: [...valid.bindings, ...(added.bindings ?? [])],
    policies: [...valid.policies, ...(added.policies ?? [])],
    users: [...valid.users, ...(added.users ?? [])],
    permissions: [...valid.permissions, ...(added.permissions ?? [])],
    topicPermissions: [...valid.topicPermissions, ...(added.topicPermissions ?? [])],
  };
  try {
    validateTopology(changed);
  } catch (error) {
    if (error instanceof InvalidTopologyError) return error.problems;
    throw error;
  }
  return [];
}

const policy = (change: Partial<Policy>): Policy => ({
  name: 'p',
  pattern: '^orders$',
  applyTo: 'queues',
  priority: 5,
  definition: { 'max-length': 10 },
  ...change,
});

test('a valid topology passes', () => {
  expect(problems({})).toEqual([]);
  expect(problems({ policies: [policy({})] })).toEqual([]);
});

test('all problems are reported at once, one a line', () => {
  const wrong = { exchanges: [{ name: 'amq.x', type: 'topic' as const }], queues: [{ name: 'orders' }] };
  const found = problems(wrong);
  expect(found).toHaveLength(2);
  expect(new InvalidTopologyError(found).message).toBe(`the topology has 2 problems:\n- ${found[0]}\n- ${found[1]}`);
});

describe('names', () => {
  test.each<[string, Partial<Topology>, string]>([
    ['an empty name', { queues: [{ name: '' }] }, 'a queue has an empty name'],
    [
      'the reserved prefix',
      { queues: [{ name: 'amq.mine' }] },
      "queue 'amq.mine' begins with 'amq.', which is reserved to the broker: choose another name",
    ],
    [
      'a wildcard as a word',
      { queues: [{ name: 'orders.#' }] },
      "queue 'orders.#' has the word * or # in its name, with which it would receive what is delayed for others and their dead letters: rename it",
    ],
    [
      'a line break',
      { queues: [{ name: 'a\nb' }] },
      'queue "a\\nb" has a line break in its name, which the broker removes: take it out',
    ],
    [
      'a duplicate queue',
      { queues: [{ name: 'orders' }] },
      "queue 'orders' is declared 2 times: rename or remove all but one",
    ],
    [
      'a duplicate exchange',
      { exchanges: [{ name: 'events', type: 'fanout' }] },
      "exchange 'events' is declared 2 times: rename or remove all but one",
    ],
    [
      'a duplicate user',
      { users: [{ name: 'shop', tags: [] }] },
      "user 'shop' is declared 2 times: rename or remove all but one",
    ],
    [
      'a duplicate binding, defaults spelled out or not',
      {
        bindings: [
          { source: 'events', destination: 'orders', destinationType: 'queue', routingKey: 'order.*', arguments: {} },
        ],
      },
      "binding of queue 'orders' to exchange 'events' with routing key 'order.*' and arguments {} is declared 2 times: rename or remove all but one",
    ],
    [
      'a user that HTTP cannot transmit',
      { users: [{ name: 'a:b', tags: [] }], permissions: [{ user: 'a:b', configure: '^$', write: '^$', read: '^$' }] },
      "user 'a:b' has a ':' in its name, which HTTP basic authentication can't transmit: take it out",
    ],
    ['an empty virtual host', { vhost: { name: '' } }, 'a virtual host has an empty name'],
  ])('%s is refused', (_, added, problem) => {
    expect(problems(added)).toEqual([problem]);
  });

  it('are limited to 255 bytes, not characters', () => {
    expect(problems({ queues: [{ name: 'q'.repeat(255) }] })).toEqual([]);
    const [problem] = problems({ queues: [{ name: 'é'.repeat(128) }] });
    expect(problem).toMatch(/^queue 'é+' has a name of 256 bytes; the broker takes at most 255: shorten it$/u);
  });

  it('of routing keys too', () => {
    const [problem] = problems({
      bindings: [{ source: 'events', destination: 'orders', routingKey: 'k'.repeat(256) }],
    });
    expect(problem).toMatch(/routing key 'k+' has 256 bytes; AMQP takes at most 255/u);
  });

  it('of consumers leave room for the delay in a routing key', () => {
    const consumer = (name: string) => () =>
      validateTopology(
        expandTopology({ exchanges: {}, consumers: { [name]: { bindings: [] } }, publishers: {} }, { vhost: 'events' }),
      );
    expect(consumer('c'.repeat(223))).not.toThrow();
    expect(consumer('c'.repeat(224))).toThrow(
      /has 224 bytes; with the 32 bytes of a delay its routing key has 256, AMQP takes at most 255: shorten the name to 223 bytes/u,
    );
  });
});

describe('references', () => {
  test.each<[string, Partial<Topology>, string]>([
    [
      'a binding from an unknown exchange',
      { bindings: [{ source: 'evnts', destination: 'orders' }] },
      "binding of queue 'orders' to exchange 'evnts': exchange 'evnts' is not declared: declare it or correct the name",
    ],
    [
      'a binding of an unknown queue',
      { bindings: [{ source: 'events', destination: 'order' }] },
      "binding of queue 'order' to exchange 'events': queue 'order' is not declared: declare it or correct the name",
    ],
    [
      'a binding of an exchange that is a queue',
      { bindings: [{ source: 'events', destination: 'orders', destinationType: 'exchange' }] },
      "binding of exchange 'orders' to exchange 'events': exchange 'orders' is not declared: declare it or correct the name",
    ],
    [
      'a binding to the default exchange',
      { bindings: [{ source: '', destination: 'orders' }] },
      "binding of queue 'orders' to exchange '': the default exchange takes no bindings; it leads to every queue by name already",
    ],
    [
      'an unknown alternate exchange',
      { exchanges: [{ name: 'x', type: 'topic', arguments: { 'alternate-exchange': 'parking' } }] },
      "exchange 'x': alternate exchange 'parking' is not declared; what is unroutable would be dropped: declare it or correct the name",
    ],
    [
      'an unknown alternate exchange in a policy',
      {
        policies: [
          policy({ pattern: '^events$', applyTo: 'exchanges', definition: { 'alternate-exchange': 'parking' } }),
        ],
      },
      "policy 'p': alternate exchange 'parking' is not declared; what is unroutable would be dropped: declare it or correct the name",
    ],
    [
      'an unknown dead-letter exchange',
      { queues: [{ name: 'x', arguments: { 'x-dead-letter-exchange': 'dlx' } }] },
      "queue 'x': dead-letter exchange 'dlx' is not declared; the broker would drop its dead letters: declare it or correct the name",
    ],
    [
      'an unknown dead-letter exchange in a policy',
      { policies: [policy({ definition: { 'dead-letter-exchange': 'dlx' } })] },
      "queue 'orders': dead-letter exchange 'dlx' is not declared; the broker would drop its dead letters: declare it or correct the name",
    ],
    [
      'a weight that is none',
      {
        exchanges: [{ name: 'h', type: 'x-consistent-hash' }],
        bindings: [{ source: 'h', destination: 'orders', routingKey: '#' }],
      },
      "binding of queue 'orders' to exchange 'h': routing key is '#'; on a consistent hash exchange it is the weight: take a number from 1 to 9999, for example '1'",
    ],
    [
      'a headers binding without headers',
      { exchanges: [{ name: 'h', type: 'headers' }], bindings: [{ source: 'h', destination: 'orders' }] },
      "binding of queue 'orders' to exchange 'h': a headers exchange matches by arguments and this binding has none: add them, with 'x-match' all or any",
    ],
  ])('%s is refused', (_, added, problem) => {
    expect(problems(added)).toEqual([problem]);
  });

  it('to what every virtual host has are fine', () => {
    expect(problems({ bindings: [{ source: 'amq.topic', destination: 'orders' }] })).toEqual([]);
    expect(problems({ queues: [{ name: 'x', arguments: { 'x-dead-letter-exchange': '' } }] })).toEqual([]);
  });
});

describe('queues', () => {
  const atLeastOnce = { 'x-dead-letter-exchange': 'dead-letter', 'x-dead-letter-strategy': 'at-least-once' };
  test.each<[string, Partial<Topology>, RegExp]>([
    [
      'x-max-priority',
      { queues: [{ name: 'x', arguments: { 'x-max-priority': 10 } }] },
      /^queue 'x': quorum queues don't take the argument x-max-priority \(it is 10\): /u,
    ],
    [
      'x-queue-mode',
      { queues: [{ name: 'x', arguments: { 'x-queue-mode': 'lazy' } }] },
      /^queue 'x': quorum queues don't take the argument x-queue-mode \(it is "lazy"\): /u,
    ],
    [
      'x-queue-type',
      { queues: [{ name: 'x', arguments: { 'x-queue-type': 'quorum' } }] },
      /^queue 'x': argument x-queue-type is 'quorum'; set the property type/u,
    ],
    [
      'reject-publish-dlx',
      { queues: [{ name: 'x', arguments: { 'x-overflow': 'reject-publish-dlx' } }] },
      /take reject-publish or drop-head$/u,
    ],
    [
      'a transient quorum queue',
      { queues: [{ name: 'x', durable: false }] },
      /^queue 'x': a quorum queue is always durable/u,
    ],
    [
      'a quorum queue that deletes itself',
      { queues: [{ name: 'x', autoDelete: true }] },
      /^queue 'x': a quorum queue that deletes itself/u,
    ],
    [
      'at-least-once without reject-publish',
      { queues: [{ name: 'x', arguments: atLeastOnce }] },
      /^queue 'x': dead-letter-strategy at-least-once needs overflow reject-publish, and overflow is drop-head \(the default\); the broker would silently/u,
    ],
    [
      'at-least-once without a destination',
      {
        queues: [
          { name: 'x', arguments: { 'x-dead-letter-strategy': 'at-least-once', 'x-overflow': 'reject-publish' } },
        ],
      },
      /^queue 'x': dead-letter-strategy is at-least-once without a dead-letter-exchange/u,
    ],
    [
      'at-least-once on a classic queue',
      { queues: [{ name: 'x', type: 'classic', arguments: { ...atLeastOnce, 'x-overflow': 'reject-publish' } }] },
      /^queue 'x': dead-letter-strategy at-least-once exists on quorum queues only/u,
    ],
    [
      'at-least-once whose overflow a policy sets, but not the one that applies',
      {
        policies: [
          policy({ definition: { 'dead-letter-exchange': 'dead-letter', 'dead-letter-strategy': 'at-least-once' } }),
          policy({
            name: 'lower',
            pattern: '^(orders|legacy)$',
            priority: 1,
            definition: { overflow: 'reject-publish' },
          }),
        ],
      },
      /^queue 'orders': dead-letter-strategy at-least-once needs overflow reject-publish/u,
    ],
  ])('%s is refused', (_, added, problem) => {
    const found = problems(added);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(problem);
  });

  it('may have at-least-once with part in arguments and part in the policy that applies', () => {
    expect(
      problems({
        queues: [{ name: 'x', arguments: atLeastOnce }],
        policies: [policy({ pattern: '^x$', definition: { overflow: 'reject-publish' } })],
      }),
    ).toEqual([]);
  });
});

describe('policies', () => {
  test.each<[string, readonly Policy[], RegExp]>([
    [
      'one that matches nothing',
      [policy({ pattern: '^order$' })],
      /^policy 'p': pattern '\^order\$' \(applyTo queues\) matches no declared queue or exchange/u,
    ],
    [
      'one that would match, but not what it applies to',
      [policy({ pattern: '^events$' })],
      /matches no declared queue or exchange/u,
    ],
    ['an invalid pattern', [policy({ pattern: '(' })], /^policy 'p': pattern '\(' is not a regular expression/u],
    [
      'an unknown setting',
      [policy({ definition: { 'max-lenght': 1 } })],
      /^policy 'p': 'max-lenght' is not a policy setting that RabbitMQ knows/u,
    ],
    ['an empty one', [policy({ definition: {} })], /^policy 'p' has an empty definition/u],
    [
      'mirroring of quorum queues',
      [policy({ definition: { 'ha-mode': 'all' } })],
      /^policy 'p': 'ha-mode' does not work on quorum queues, and the pattern matches queue 'orders'/u,
    ],
    [
      'lazy quorum queues',
      [policy({ definition: { 'queue-mode': 'lazy' } })],
      /^policy 'p': 'queue-mode' does not work on quorum queues/u,
    ],
    [
      'reject-publish-dlx on quorum queues',
      [policy({ definition: { overflow: 'reject-publish-dlx' } })],
      /reject-publish-dlx does not work on quorum queues/u,
    ],
    [
      'a setting of queues on exchanges',
      [policy({ pattern: '^events$', applyTo: 'exchanges' })],
      /^policy 'p': 'max-length' is a setting of queues, and the pattern matches exchanges only/u,
    ],
    [
      'a setting of exchanges on queues',
      [policy({ definition: { 'alternate-exchange': 'events' } })],
      /^policy 'p': 'alternate-exchange' is a setting of exchanges/u,
    ],
    [
      'two for one queue with the same priority',
      [policy({}), policy({ name: 'q', pattern: 'ord' })],
      /^policies 'p' and 'q' both match queue 'orders' with priority 5; which one applies is undefined/u,
    ],
    [
      'one that another hides everywhere',
      [policy({}), policy({ name: 'q', pattern: '.*', priority: 6 })],
      /^policy 'p' \(priority 5\) never applies: on queue 'orders' 'q' \(6\) has a higher priority/u,
    ],
  ])('%s is refused', (_, policies, problem) => {
    const found = problems({ policies });
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(problem);
  });

  it('may overlap when each applies somewhere', () => {
    expect(problems({ policies: [policy({}), policy({ name: 'all', pattern: '', priority: 1 })] })).toEqual([]);
  });

  it('may set what only classic queues know on classic queues', () => {
    expect(problems({ policies: [policy({ pattern: '^legacy$', definition: { 'queue-mode': 'lazy' } })] })).toEqual([]);
    expect(
      problems({
        policies: [policy({ pattern: '', applyTo: 'classic_queues', definition: { 'queue-mode': 'lazy' } })],
      }),
    ).toEqual([]);
  });

  it('of a user must not limit where delayed messages go that have no destination', () => {
    const narrow = policy({ pattern: '^delay\\.parking$', priority: 50, definition: { 'max-length': 10 } });
    const expanded = expandTopology({ ...declaration, additional: { policies: [narrow] } }, { vhost: 'events' });
    expect(() => validateTopology(expanded)).toThrow(
      /queue 'delay\.parking': a length limit would hold up everybody's/u,
    );
  });

  it('of a user must not touch the delay infrastructure nor take the dead-lettering from a consumer', () => {
    const greedy = policy({ pattern: '.*', priority: 50, definition: { 'message-ttl': 60_000 } });
    const expanded = expandTopology({ ...declaration, additional: { policies: [greedy] } }, { vhost: 'events' });
    expect(() => validateTopology(expanded)).toThrow(/policy 'consumer\.keep-thing' \(priority 10\) never applies/u);
    expect(() => validateTopology(expanded)).toThrow(
      /policy 'p': pattern '\.\*' matches queue 'delay\.level-15'.* and 13 more of the delay infrastructure/u,
    );
  });
});

describe('access', () => {
  const permission = { user: 'shop', configure: '^$', write: '^$', read: '^$' };
  const other = { users: [{ name: 'other', tags: [] }] };
  test.each<[string, Partial<Topology>, string]>([
    [
      'a permission of an unknown user',
      { permissions: [{ ...permission, user: 'ship' }] },
      "permission of user 'ship': the user is not declared: declare it or remove the permission",
    ],
    [
      'a pattern that is no regular expression',
      { ...other, permissions: [{ ...permission, user: 'other', write: '*' }] },
      "permission of user 'other': write pattern '*' is not a regular expression: correct it",
    ],
    [
      'a pattern that matches nothing',
      { ...other, permissions: [{ ...permission, user: 'other', read: '^order$' }] },
      "permission of user 'other': read pattern '^order$' matches no declared exchange or queue: correct it, or take '^$' for nothing",
    ],
    [
      'a user without permission',
      other,
      "user 'other' has no permission on virtual host 'events' and could not even connect: add a permission or remove the user",
    ],
    [
      'a topic permission where it has no effect',
      { topicPermissions: [{ user: 'shop', exchange: 'dead-letter', write: '^a$', read: '^$' }] },
      "topic permission of user 'shop' on exchange 'dead-letter': the exchange is of type direct; the broker checks routing keys on topic exchanges only: remove the permission",
    ],
    [
      'a topic permission on an unknown exchange',
      { topicPermissions: [{ user: 'shop', exchange: 'event', write: '^a$', read: '^$' }] },
      "topic permission of user 'shop' on exchange 'event': the exchange is not declared: declare it or correct the name",
    ],
    [
      'two permissions of one user',
      { permissions: [permission] },
      "permission of user 'shop' is declared 2 times: rename or remove all but one",
    ],
  ])('%s is refused', (_, added, problem) => {
    expect(problems(added)).toEqual([problem]);
  });
});
