import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { type ChannelModel, connect } from 'amqplib';
import { synthesize } from '../../bin/synthesize.ts';
import type { LocalRunEvent } from '../../lib/local/events.ts';
import { type LocalRun, startLocalRun } from '../../lib/local/local-run.ts';
import { identify } from '../../lib/local/state/process-identity.ts';
import { installationOfThisRun, sharedBroker } from '../broker.ts';

jest.setTimeout(120_000);

const folder = mkdtempSync(join(tmpdir(), 'local-run-'));
const assembly = join(folder, 'cdk.out');
const directory = join(folder, '.local');
const events: LocalRunEvent[] = [];
let run: LocalRun;

const until = async (what: string, condition: () => boolean | Promise<boolean>): Promise<void> => {
  const deadline = Date.now() + 30_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`not within 30 s: ${what}`);
    await wait(50);
  }
};

/** Publishes like a client that knows nothing but what `state.json` says. */
const placeOrder = async (local: LocalRun, orderId: string): Promise<void> => {
  const { broker, vhost } = local.state;
  const { hostname, port } = new URL(broker.amqps.replace('amqps:', 'https:'));
  const logins = JSON.parse(readFileSync(broker.credentialsFile, 'utf8')) as Record<string, string>;
  const username = local.broker.admin.username;
  const ca = broker.caFile ? [readFileSync(broker.caFile)] : [];
  const connection: ChannelModel = await connect(
    { protocol: 'amqps', hostname, port: Number(port), username, password: logins[username] ?? '', vhost },
    { ca, noDelay: true },
  );
  const channel = await connection.createConfirmChannel();
  const event = { type: 'order.placed', orderId, customerId: 'customer-1', lines: [{ sku: 'book', quantity: 1 }] };
  channel.publish('events', 'order.placed', Buffer.from(JSON.stringify(event)), {
    messageId: `message-of-${orderId}`,
    type: 'order.placed',
    contentType: 'application/json',
    persistent: true,
  });
  await channel.waitForConfirms();
  await connection.close();
};

const itemsOf = async (local: LocalRun, table: string) => {
  const name = Object.entries(local.tables).find(([logicalId]) => logicalId.startsWith(table))?.[1];
  const client = new DynamoDBClient({
    endpoint: local.dynamoDbEndpoint,
    region: 'us-east-1',
    credentials: local.credentials,
  });
  const { Items = [] } = await client.send(new ScanCommand({ TableName: name, ConsistentRead: true }));
  client.destroy();
  return Items;
};
const ordered = async (local: LocalRun, orderId: string): Promise<boolean> =>
  (await itemsOf(local, 'Orders')).some((item) => item.orderId?.S === orderId);

const reads = (local: LocalRun, queue: string) => {
  const name = local.mappings.find((mapping) => mapping.queue === queue)?.functionName;
  const found = local.functions.find((each) => each.name === name);
  if (!found) throw new Error(`no function reads ${queue}`);
  return found;
};

beforeAll(async () => {
  await synthesize(assembly, { env: 'local' });
  run = await startLocalRun({
    assembly,
    directory,
    installation: installationOfThisRun(),
    onEvent: (event) => events.push(event),
  });
});
afterAll(async () => {
  await run?.stop();
  rmSync(folder, { recursive: true });
});

describe('when the synthesized stacks run on this machine', () => {
  it('an order that is published becomes a row, and an entry of the audit log', async () => {
    await placeOrder(run, 'A-1');
    await until('the order', () => ordered(run, 'A-1'));
    await until('its audit', async () =>
      (await itemsOf(run, 'AuditLog')).some((item) => item.messageId?.S === 'message-of-A-1'),
    );
  });

  it('state.json says where everything is, and the passwords are for their owner only', () => {
    const state = JSON.parse(readFileSync(join(directory, 'state.json'), 'utf8'));
    expect(state).toEqual(JSON.parse(JSON.stringify(run.state)));
    expect(state).toMatchObject({
      pid: process.pid,
      vhost: 'events',
      queues: expect.arrayContaining(['fulfil-order', 'audit-log']),
    });
    expect(statSync(state.broker.credentialsFile).mode & 0o777).toBe(0o600);
    expect(Object.keys(run.logins)).toEqual(expect.arrayContaining(['admin', 'fulfil-order', 'fulfil-order.mapping']));
  });

  it('a second run in the same folder is refused', async () => {
    await expect(startLocalRun({ assembly, directory })).rejects.toThrow(
      `a local run (process ${process.pid}) is using`,
    );
    expect(existsSync(join(directory, 'state.json'))).toBe(true);
  });

  it('a function that is killed is started again for the next batch', async () => {
    const target = reads(run, 'fulfil-order');
    const before = target.pid;
    expect(target.kill()).toBe(true);
    await placeOrder(run, 'A-2');
    await until('the order', () => ordered(run, 'A-2'));
    expect(target.pid).not.toBe(before);
  });

  it('a broker that restarts stops nothing for good', async () => {
    // Quorum queues that were declared less than a second or so before may not survive a crash; an orderly restart they do.
    await run.ownBroker?.restart();
    await until('all mappings enabled', () => run.mappings.every(({ state }) => state === 'Enabled'));
    await placeOrder(run, 'A-3');
    await until('the order', () => ordered(run, 'A-3'));
  });

  it('new code reaches its function, and only that one', async () => {
    const next = join(folder, 'next.out');
    cpSync(assembly, next, { recursive: true });
    const [stack] = readdirSync(next).filter((name) => name.endsWith('processing.template.json'));
    const [assets] = readdirSync(next).filter((name) => name.endsWith('processing.assets.json'));
    const target = reads(run, 'audit-log');
    const old = target.settings.code.split('asset.').at(-1) ?? '';
    cpSync(join(next, `asset.${old}`), join(next, 'asset.newer'), { recursive: true });
    for (const file of [stack, assets].map((name) => join(next, name ?? '')))
      writeFileSync(file, readFileSync(file, 'utf8').replaceAll(old, 'newer'));
    const untouched = reads(run, 'fulfil-order').pid;
    expect(await run.update(next)).toEqual([target.name]);
    await placeOrder(run, 'A-4');
    await until('its audit', async () =>
      (await itemsOf(run, 'AuditLog')).some((item) => item.messageId?.S === 'message-of-A-4'),
    );
    expect(target.settings.code).toBe(join(next, 'asset.newer'));
    expect(reads(run, 'fulfil-order').pid).toBe(untouched);
  });

  it('a broker of one’s own is used as it is, and left as it is', async () => {
    const broker = await sharedBroker();
    const vhost = await broker.vhost();
    const own = join(folder, 'own');
    await synthesize(join(own, 'cdk.out'), { env: 'local', vhost: vhost.name });
    const options = {
      assembly: join(own, 'cdk.out'),
      directory: join(own, '.local'),
      brokerUrl: vhost.amqpUrl,
      managementUrl: vhost.adminUrl,
    };
    await expect(startLocalRun({ ...options, assembly })).rejects.toThrow(`synthesize with -c vhost=${vhost.name}`);
    const local = await startLocalRun(options);
    try {
      await placeOrder(local, 'B-1');
      await until('the order', () => ordered(local, 'B-1'));
      expect(await ordered(run, 'B-1')).toBe(false);
    } finally {
      await local.stop();
    }
    const connection = await connect(vhost.amqpUrl);
    const channel = await connection.createChannel();
    expect(await channel.checkQueue('fulfil-order')).toMatchObject({ messageCount: 0, consumerCount: 0 });
    await connection.close();
  });

  it('nothing is left of it but what is meant to stay', async () => {
    const pids = [run.ownBroker?.pid, ...run.functions.map(({ pid }) => pid)].filter((pid) => pid !== undefined);
    expect(pids.length).toBeGreaterThan(2);
    await run.stop();
    await wait(100);
    for (const pid of pids) expect(identify(pid)).toBeUndefined();
    expect(readdirSync(directory)).toEqual([]);
  });
});
