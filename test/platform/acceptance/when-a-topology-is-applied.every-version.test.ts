import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import amqp from 'amqplib';
import { type ApplySettings, applyTopology } from '../../../lib/platform/operations/topology/apply.ts';
import { summary, TopologyApplyError } from '../../../lib/platform/operations/topology/apply-report.ts';
import { ManagementClient } from '../../../lib/platform/operations/topology/management-client.ts';
import { planAgainstBroker } from '../../../lib/platform/operations/topology/plan-against-broker.ts';
import { alternateUser } from '../../../lib/platform/topology/alternate-users.ts';
import type { TopologyDeclaration } from '../../../lib/platform/topology/declaration.ts';
import { expandTopology } from '../../../lib/platform/topology/expand.ts';
import type { Topology } from '../../../lib/platform/topology/model.ts';
import { managementClient, passwordsFor } from '../support/applied-topology.ts';
import { type BrokerAddress, sharedBroker } from '../support/test-broker.ts';

/** Every type of exchange, queue and binding that there is. */
const declaration: TopologyDeclaration = {
  exchanges: {
    events: { type: 'topic', arguments: { 'alternate-exchange': 'rest' } },
    rest: { type: 'fanout' },
    direct: { type: 'direct' },
    headers: { type: 'headers', durable: false },
    copies: { type: 'topic', internal: true, bindings: [{ exchange: 'events', routingKey: '#' }] },
  },
  consumers: {
    orders: { bindings: [{ exchange: 'events', routingKey: 'order.*' }, { exchange: 'direct' }], maxLength: 1000 },
    large: {
      bindings: [{ exchange: 'headers', arguments: { 'x-match': 'all', size: 'large', weight: 7, fragile: true } }],
    },
    sharded: {
      bindings: [{ exchange: 'copies', routingKey: 'a.*.#' }],
      shards: { count: 2, by: { property: 'message_id' } },
    },
  },
  publishers: { shop: { publishes: [{ exchange: 'events', routingKeys: ['order.*'] }], schedules: ['orders'] } },
  additional: {
    queues: [
      { name: 'legacy', type: 'classic', arguments: { 'x-max-priority': 5 } },
      { name: 'gone soon', arguments: { 'x-expires': 3_600_000 } },
    ],
    bindings: [{ source: 'rest', destination: 'legacy' }],
    policies: [
      {
        name: 'legacy',
        pattern: '^legacy$',
        applyTo: 'all',
        priority: 1,
        definition: { 'max-length-bytes': 1_000_000 },
      },
    ],
  },
};

let broker: BrokerAddress;
let client: ManagementClient;
const vhosts: string[] = [];

beforeAll(async () => {
  broker = await sharedBroker();
  client = managementClient(broker);
}, 180_000);

afterAll(async () => {
  for (const vhost of vhosts) {
    if (process.env.TEST_BROKERS !== undefined) await client.delete(['vhosts', vhost]);
  }
});

/** The declaration, for a virtual host that does not exist yet and whose name needs escaping. */
function fresh(
  declared: TopologyDeclaration = declaration,
  name = 'a/b %2F',
): ApplySettings & { topology: Topology; passwords: Record<string, string> } {
  const id = randomBytes(4).toString('hex');
  const vhost = `${name}-${id}`;
  vhosts.push(vhost);
  const topology = expandTopology(declared, { vhost, userPrefix: `t${id}-` });
  return { client, topology, passwords: passwordsFor(broker, client, topology), timeoutSeconds: 30 };
}

const changesIn = async (settings: ApplySettings): Promise<string[]> =>
  (await planAgainstBroker(settings)).plan
    .filter(({ action }) => action !== 'unchanged')
    .map(({ action, kind, name }) => `${action} ${kind} ${name}`);

const amqpUrl = (vhost: string, { username, password } = broker.admin) =>
  `amqp://${username}:${password}@localhost:${broker.amqpPort}/${encodeURIComponent(vhost)}`;

async function fill(vhost: string, queue: string, count: number): Promise<void> {
  const connection = await amqp.connect(amqpUrl(vhost), { noDelay: true });
  const channel = await connection.createConfirmChannel();
  for (let index = 0; index < count; index += 1)
    channel.sendToQueue(queue, Buffer.from(String(index)), { persistent: true });
  await channel.waitForConfirms();
  await connection.close();
}

async function holds(vhost: string, queue: string): Promise<number> {
  const connection = await amqp.connect(amqpUrl(vhost), { noDelay: true });
  const channel = await connection.createChannel();
  let count = 0;
  while (await channel.get(queue)) count += 1;
  await connection.close();
  return count;
}

describe('when a topology is applied', () => {
  it('to a broker without it, everything is created; applied again, nothing changes', async () => {
    const settings = fresh(declaration, 'a/b %2F é?#');
    const results: string[] = [];
    const first = await applyTopology({
      ...settings,
      onResult: ({ change, outcome }) => results.push(`${outcome} ${change.name}`),
    });
    expect(first.results.every(({ change, outcome }) => change.action === 'create' && outcome === 'done')).toBe(true);
    expect(results).toHaveLength(first.results.length);
    expect(first.version).toBe(broker.version);

    expect(await changesIn({ ...settings, prune: true })).toEqual([]);
    expect(summary(await applyTopology({ ...settings, prune: true }))).toBe(`${first.results.length} unchanged`);
  }, 180_000);

  it('drift is found and repaired', async () => {
    const settings = fresh();
    const vhost = settings.topology.vhost.name;
    const [mapping, shop] = ['orders.mapping', 'shop'].map(
      (name) => settings.topology.users.find((user) => user.name.endsWith(name))?.name ?? '',
    );
    await applyTopology(settings);

    await client.put(['policies', vhost, 'consumer.orders'], {
      pattern: '^orders$',
      'apply-to': 'queues',
      priority: 10,
      definition: { 'max-length': 1 },
    });
    await client.put(['permissions', vhost, mapping ?? ''], { configure: '.*', write: '.*', read: '.*' });
    await client.delete(['topic-permissions', vhost, shop ?? '']);
    await client.put(['users', shop ?? ''], { password: 'another-password', tags: 'administrator,topology:x' });
    await client.delete(['queues', vhost, 'delay.level-07']);
    await client.delete(['exchanges', vhost, 'headers']);

    const drift = await changesIn(settings);
    expect(drift).toContain(`conflict user ${shop}`);
    await client.delete(['users', shop ?? '']);
    expect(await changesIn(settings)).toEqual(
      expect.arrayContaining([
        `create user ${shop}`,
        `update permission ${mapping}`,
        `create permission ${shop}`,
        `create topicPermission ${shop} on events`,
        'create exchange headers',
        'update policy consumer.orders',
        'create queue delay.level-07',
        'create binding delay.level-07 -> delay.level-07 (*.*.*.*.*.*.*.*.1.#)',
        'create binding headers -> large {"fragile":true,"size":"large","weight":7,"x-match":"all"}',
      ]),
    );
    await applyTopology(settings);
    expect(await changesIn(settings)).toEqual([]);
  }, 180_000);

  it('a lost password is set again, and one that still works is not touched', async () => {
    const settings = fresh();
    const vhost = settings.topology.vhost.name;
    const user = settings.topology.users[0]?.name ?? '';
    await applyTopology(settings);
    const hashes = async () => (await client.get<{ password_hash: string }>(['users', user])).password_hash;
    const before = await hashes();
    await applyTopology(settings);
    expect(await hashes()).toBe(before);

    const passwords = { ...settings.passwords, [user]: 'a-rotated-password' };
    expect(await changesIn({ ...settings, passwords })).toEqual([`update user ${user}`]);
    await applyTopology({ ...settings, passwords });
    const connection = await amqp.connect(amqpUrl(vhost, { username: user, password: 'a-rotated-password' }));
    await connection.close();
    await expect(
      amqp.connect(amqpUrl(vhost, { username: user, password: settings.passwords[user] ?? '' })),
    ).rejects.toThrow(/403|ACCESS_REFUSED/u);

    await client.put(['users', user], {
      password: 'a-rotated-password',
      tags: [...(settings.topology.users[0]?.tags ?? []), 'management'].join(','),
    });
    await applyTopology({ ...settings, passwords: {} });
    await (await amqp.connect(amqpUrl(vhost, { username: user, password: 'a-rotated-password' }))).close();
  }, 180_000);

  it('the second user of a pair is there without anybody knowing his password, which is then left alone', async () => {
    const { passwords: given, topology, ...settings } = fresh();
    const [{ name: user } = { name: '' }] = topology.users;
    const alternate = alternateUser(user);
    const { [alternate]: _, ...passwords } = given;
    await applyTopology({ ...settings, topology, passwords });
    await expect(
      amqp.connect(amqpUrl(topology.vhost.name, { username: alternate, password: passwords[user] ?? '' })),
    ).rejects.toThrow(/403|ACCESS_REFUSED/u);

    await client.put(['users', alternate], { password: 'its-first-turn', tags: topology.users[0]?.tags.join(',') });
    const { [user]: __, ...others } = passwords;
    for (const turn of [passwords, others, { ...others, [alternate]: 'its-first-turn' }])
      expect(await changesIn({ ...settings, topology, passwords: turn })).toEqual([]);
  }, 180_000);

  it('what can only be replaced is refused before anything is changed, with what differs and what to do', async () => {
    const settings = fresh();
    const vhost = settings.topology.vhost.name;
    await client.put(['vhosts', vhost]);
    await client.put(['queues', vhost, 'orders'], { durable: true, arguments: { 'x-queue-type': 'classic' } });
    const error: unknown = await applyTopology(settings).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(TopologyApplyError);
    expect(String(error)).toMatch(
      /nothing was changed:\n- queue 'orders': type is "classic", declared "quorum"; a queue cannot be changed in place: /u,
    );
    expect(await client.get<{ name: string }[]>(['queues', vhost])).toMatchObject([{ name: 'orders' }]);
    expect((error as TopologyApplyError).report.results.every(({ outcome }) => outcome === 'skipped')).toBe(true);
  }, 180_000);

  it('a missing password is reported before anything is changed', async () => {
    const settings = fresh();
    const vhost = settings.topology.vhost.name;
    await expect(applyTopology({ ...settings, passwords: {} })).rejects.toThrow(
      /nothing was changed:\n- user '.*' does not exist yet and has no password/u,
    );
    expect((await client.get<{ name: string }[]>(['vhosts'])).map(({ name }) => name)).not.toContain(vhost);
  }, 180_000);

  it("what the broker refuses stops it, with the object and the broker's reason, and the next run goes on", async () => {
    const settings = fresh({
      ...declaration,
      additional: { queues: [{ name: 'wrong', arguments: { 'x-overflow': 'nonsense' } }] },
    });
    const error: unknown = await applyTopology(settings).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(TopologyApplyError);
    expect(String(error)).toMatch(/queue 'wrong' could not be created: invalid arg 'x-overflow' for queue 'wrong'/u);
    const { results } = (error as TopologyApplyError).report;
    const outcomes = (kind: string) =>
      new Set(results.filter(({ change }) => change.kind === kind).map(({ outcome }) => outcome));
    expect(outcomes('exchange')).toEqual(new Set(['done']));
    expect(outcomes('binding')).toEqual(new Set(['skipped']));

    const { topology } = {
      topology: expandTopology(
        { ...declaration, additional: {} },
        { vhost: settings.topology.vhost.name, userPrefix: settings.topology.users[0]?.name.slice(0, 10) },
      ),
    };
    await applyTopology({ ...settings, topology });
    expect(await changesIn({ ...settings, topology })).toEqual([]);
  }, 180_000);
});

describe('when a topology that lost parts is applied with pruning', () => {
  const small: TopologyDeclaration = {
    exchanges: { events: { type: 'topic' } },
    consumers: { orders: { bindings: [{ exchange: 'events', routingKey: '#' }] } },
    publishers: {},
  };
  const large: TopologyDeclaration = {
    exchanges: { ...small.exchanges, old: { type: 'direct' } },
    consumers: {
      ...small.consumers,
      empty: { bindings: [{ exchange: 'old' }] },
      full: { bindings: [{ exchange: 'events', routingKey: 'a' }] },
      busy: { bindings: [{ exchange: 'events', routingKey: 'b' }] },
    },
    publishers: { leaver: { publishes: [{ exchange: 'old' }] } },
    additional: {
      queues: [
        { name: 'classic full', type: 'classic' },
        { name: 'classic empty', type: 'classic' },
      ],
    },
  };

  it('what is not declared goes, but never a queue that holds messages, nor one whose messages somebody works on', async () => {
    const settings = fresh(large);
    const vhost = settings.topology.vhost.name;
    const prefix = (settings.topology.users[0]?.name ?? '').replace(/orders.*$/u, '');
    await applyTopology(settings);
    const reduced = { ...settings, topology: expandTopology(small, { vhost, userPrefix: prefix }) };

    const untouched = await applyTopology(reduced);
    expect(untouched.results.filter(({ outcome }) => outcome !== 'unchanged' && outcome !== 'kept')).toMatchObject([]);

    await fill(vhost, 'classic full', 2);
    const connection = await amqp.connect(amqpUrl(vhost), { noDelay: true });
    const channel = await connection.createChannel();
    // At the last moment: the plan was made while these queues were empty.
    const occupy = async () => {
      await fill(vhost, 'full', 3);
      await fill(vhost, 'busy', 1);
      await channel.consume('busy', () => undefined);
    };
    let occupying: Promise<void> | undefined;
    const report = await applyTopology({
      ...reduced,
      prune: true,
      timeoutSeconds: 60,
      onResult: ({ change }) => {
        if (change.action === 'delete') occupying ??= occupy();
      },
    });
    await occupying;
    const queues = (await client.get<{ name: string }[]>(['queues', vhost])).map(({ name }) => name);
    expect(queues.filter((name) => !name.startsWith('delay.'))).toEqual(
      expect.arrayContaining(['busy', 'classic full', 'full', 'orders', 'orders.dead-letter']),
    );
    expect(queues).not.toContain('empty');
    expect(queues).not.toContain('empty.dead-letter');
    expect(queues).not.toContain('classic empty');
    const kept = report.results.filter(({ change, outcome }) => change.kind === 'queue' && outcome === 'kept');
    expect(Object.fromEntries(kept.map(({ change, reason }) => [change.name, reason]))).toEqual({
      full: expect.stringMatching(/holds 3 messages/u),
      'classic full': expect.stringMatching(/not empty|holds 2 messages/u),
      busy: expect.stringMatching(/holds 1 message|has 1 consumer/u),
    });
    await connection.close();
    expect(await holds(vhost, 'busy')).toBe(1);
    expect(await holds(vhost, 'full')).toBe(3);
    expect(await holds(vhost, 'classic full')).toBe(2);

    const users = (await client.get<{ name: string }[]>(['users']))
      .map(({ name }) => name)
      .filter((name) => name.startsWith(prefix));
    expect(users.sort()).toEqual(
      ['monitoring', 'monitoring.clone', 'orders', 'orders.clone', 'orders.mapping', 'orders.mapping.clone'].map(
        (name) => `${prefix}${name}`,
      ),
    );
    expect((await client.get<{ name: string }[]>(['exchanges', vhost])).map(({ name }) => name)).not.toContain('old');
    expect((await client.get<{ name: string }[]>(['policies', vhost])).map(({ name }) => name).sort()).toEqual([
      'consumer.busy',
      'consumer.full',
      'consumer.orders',
      'dead-letters',
    ]);
  }, 120_000);
});

describe('when the address of the broker is wrong', () => {
  it('a CA that did not sign its certificate is an error at once', async () => {
    const url = `https://localhost:${broker.managementPort}`;
    const distrustful = new ManagementClient({ url, ...broker.admin });
    const { topology, passwords } = fresh();
    await expect(applyTopology({ client: distrustful, topology, passwords })).rejects.toThrow(
      /certificate is not trusted \(.*\): name the CA that signed it/u,
    );
    distrustful.close();
  }, 180_000);

  it('a wrong password is an error at once that does not show it', async () => {
    const url = `http://localhost:${broker.managementHttpPort}`;
    const intruder = new ManagementClient({ url, username: 'admin', password: 'not-the-password' });
    const { topology, passwords } = fresh();
    const error: unknown = await applyTopology({ client: intruder, topology, passwords }).catch(
      (reason: unknown) => reason,
    );
    expect(String(error)).toContain("user 'admin' is refused");
    expect(String(error)).not.toContain('not-the-password');
    intruder.close();
  }, 180_000);
});

describe('when a consumer is given fewer shards', () => {
  const sharded = (count: number, formerQueues: readonly string[] = []): TopologyDeclaration => ({
    exchanges: { events: { type: 'topic' } },
    consumers: {
      orders: {
        bindings: [{ exchange: 'events', routingKey: '#' }],
        shards: { count, by: { property: 'message_id' } },
        formerQueues,
      },
    },
    publishers: {},
  });

  it('no message is left behind: a queue that goes is read until it is empty, and nothing is changed before that is declared', async () => {
    const { topology: before, ...settings } = fresh(sharded(3));
    const vhost = before.vhost.name;
    const userPrefix = (before.users[0]?.name ?? '').replace(/orders.*$/u, '');
    await applyTopology({ ...settings, topology: before });
    await fill(vhost, 'orders.shard-2', 3);
    const fewer = { ...settings, topology: expandTopology(sharded(2), { vhost, userPrefix }), prune: true };
    const refusal = async () => String(await applyTopology(fewer).catch((reason: unknown) => reason));
    const shown = await waitFor(refusal, (text) => text.includes('holds 3 messages'));
    expect(shown).toMatch(
      /nothing was changed:\n- queue 'orders\.shard-2' is not declared: it holds 3 messages and gets messages from exchange 'orders', .* add 'orders\.shard-2' to formerQueues/u,
    );

    const emptying = { ...settings, topology: expandTopology(sharded(2, ['orders.shard-2']), { vhost, userPrefix }) };
    expect(await changesIn({ ...emptying, prune: true })).toEqual(['delete binding orders -> orders.shard-2 (1)']);
    await applyTopology({ ...emptying, prune: true });
    expect(await refusal()).toMatch(/it holds 3 messages, and consumer 'orders' would no longer read it/u);

    const connection = await amqp.connect(amqpUrl(vhost), { noDelay: true });
    const channel = await connection.createChannel();
    while (await channel.get('orders.shard-2', { noAck: true }));
    await connection.close();
    const changes = await waitFor(
      () => changesIn(fewer),
      (lines) => lines.includes('delete queue orders.shard-2'),
    );
    expect(changes.filter((line) => !/^(delete|update) /u.test(line))).toEqual([]);
  }, 180_000);
});

/** Looks until it is as expected: the broker's statistics are some seconds old. */
async function waitFor<T>(look: () => Promise<T>, expected: (found: T) => boolean): Promise<T> {
  const deadline = Date.now() + 100_000;
  for (;;) {
    const found = await look();
    if (expected(found)) return found;
    if (Date.now() > deadline) throw new Error(`not within 100 s; last ${JSON.stringify(found)}`);
    await sleep(500);
  }
}
