import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient, paginateScan, type ScanCommandInput } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connect } from 'amqplib';
import { synthesize } from '../../bin/synthesize.ts';
import { type LocalRun, startLocalRun } from '../../lib/local/local-run.ts';
import { createOutbox, type Outbox } from '../../lib/messaging/outbox/outbox.ts';
import { installationOfThisRun } from '../broker.ts';

// The synthesized stacks on this machine: table, stream, mapping, schedule and the bundled relay under its own role and broker user.

const folder = mkdtempSync(join(tmpdir(), 'outbox-'));
let run: LocalRun;
let client: DynamoDBClient;
let table: string;
let outbox: Outbox;
let died = 0;

beforeAll(async () => {
  await synthesize(join(folder, 'cdk.out'), { env: 'local' });
  run = await startLocalRun({
    assembly: join(folder, 'cdk.out'),
    directory: join(folder, '.local'),
    installation: installationOfThisRun(),
    onEvent: (event) => {
      if (event.type === 'function-failed' && event.functionName === relay().name) died += 1;
    },
  });
  client = new DynamoDBClient({ endpoint: run.dynamoDbEndpoint, region: 'us-east-1', credentials: run.credentials });
  table = Object.entries(run.tables).find(([logicalId]) => logicalId.startsWith('Outbox'))?.[1] ?? '';
  outbox = createOutbox({ exchange: 'events', tableName: table, client });
  // Long before the broker is killed: what it was told in its last second it may not remember.
  await openWitness('witness-of-one', 'outbox.one');
  await openWitness('witness', 'outbox.numbered');
}, 120_000);
afterAll(async () => {
  client?.destroy();
  await run?.stop();
  rmSync(folder, { recursive: true });
}, 30_000);

const relay = () => {
  const name = run.streamMappings[0]?.functionName;
  const found = run.functions.find((candidate) => candidate.name === name);
  if (!found) throw new Error('no function reads the stream');
  return found;
};
const observe = async () => {
  const { host, port, ca } = run.broker.address;
  const connection = await connect(
    { protocol: 'amqps', hostname: host, port, ...run.broker.admin, vhost: run.vhost },
    { noDelay: true, servername: host, ...(ca !== undefined && { ca: [ca] }) },
  );
  connection.on('error', () => undefined);
  return { connection, channel: await connection.createChannel() };
};
/** Beside the consumers, a queue that gets whatever they might get. */
const openWitness = async (queue: string, routingKey: string) => {
  const { connection, channel } = await observe();
  await channel.assertQueue(queue, { durable: true, arguments: { 'x-queue-type': 'quorum' } });
  await channel.bindQueue(queue, 'events', routingKey);
  await connection.close();
};
const idsIn = async (queue: string): Promise<string[]> => {
  const { connection, channel } = await observe();
  const ids: string[] = [];
  for (let got = await channel.get(queue, { noAck: true }); got; got = await channel.get(queue, { noAck: true }))
    ids.push(String(got.properties.messageId));
  await connection.close();
  return ids;
};
const count = async (query: Omit<ScanCommandInput, 'TableName'> = {}): Promise<number> => {
  let total = 0;
  for await (const { Count = 0 } of paginateScan(
    { client },
    { TableName: table, Select: 'COUNT', ConsistentRead: true, ...query },
  ))
    total += Count;
  return total;
};
const waiting = () => count({ IndexName: 'pending' });
const until = async (what: string, seconds: number, condition: () => Promise<boolean>) => {
  const deadline = Date.now() + seconds * 1000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`not within ${seconds} s: ${what}`);
    await sleep(100);
  }
};

describe('when events go through the outbox', () => {
  it('they are on their way at once, without waiting for the schedule', async () => {
    const begun = Date.now();
    const [id] = await outbox.add({ type: 'outbox.one', data: { number: 1 } });
    let found: string[] = [];
    await until('the event', 20, async () => {
      found = [...found, ...(await idsIn('witness-of-one'))];
      return found.length > 0;
    });
    expect(found).toEqual([id]);
    expect(Date.now() - begun).toBeLessThan(20_000);
    await until('its confirmation', 5, async () => (await waiting()) === 0);
  }, 60_000);

  it('all of 2,000 arrive, in order per key, although the relay is killed and the broker restarted', async () => {
    const keys = 20;
    const added: string[] = [];
    const add = async (): Promise<void> => {
      while (added.length < 2000) {
        const batch = Array.from(
          { length: 10 },
          (_, index) => `${(added.length + index) % keys}-${added.length + index}`,
        );
        added.push(...batch);
        await outbox.add(
          ...batch.map((id) => ({
            id,
            key: id.split('-')[0],
            type: 'outbox.numbered',
            data: { id },
            time: new Date(0),
          })),
        );
      }
    };
    let over = false;
    let kills = 0;
    const kill = async (): Promise<void> => {
      while (!over && kills < 6) {
        await sleep(150 + Math.random() * 600);
        if ((run.streamMappings[0]?.inFlight ?? 0) > 0 && relay().kill()) kills += 1;
      }
    };
    const killing = kill();
    const restarting = sleep(800).then(() => run.ownBroker?.restart('kill'));
    await add();
    await restarting;
    // The schedule's next runs, without waiting a minute for each.
    await until('everything published', 150, async () => {
      if ((await waiting()) === 0) return true;
      await run.schedules[0]?.fire();
      return false;
    });
    over = true;
    await killing;

    const found = await idsIn('witness');
    const first = [...new Set(found)];
    expect(kills).toBeGreaterThan(0);
    expect(died).toBeGreaterThan(0);
    // Confirmed = found, none unaccounted.
    expect(
      await count({
        FilterExpression: '#s = :c',
        ExpressionAttributeNames: { '#s': 'state' },
        ExpressionAttributeValues: { ':c': { S: 'confirmed' } },
      }),
    ).toBe(2001);
    expect([...first].sort()).toEqual([...added].sort());
    for (let key = 0; key < keys; key += 1) {
      const ofKey = (ids: readonly string[]) => ids.filter((id) => id.startsWith(`${key}-`));
      expect(ofKey(first)).toEqual(ofKey(added));
    }
    console.info(
      `${kills} kills, ${died} deaths in mid-run, ${found.length - first.length} duplicates of ${found.length}`,
    );
  }, 300_000);
});
