import { setTimeout as sleep } from 'node:timers/promises';
import { type DynamoDBClient, paginateScan, type ScanCommandInput } from '@aws-sdk/client-dynamodb';
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { LocalRunEvent } from '../../../lib/platform/local/events.ts';
import type { LocalRun } from '../../../lib/platform/local/local-run.ts';
import { createOutbox, type Outbox } from '../../../lib/platform/runtime/outbox/outbox.ts';
import { idsIn } from '../soak/queue-contents.ts';
import { postEvent } from '../support/http-event.ts';
import { asAdministrator, dynamoDbOf, loggedRow, startStacks, tableOf, until } from '../support/local-run-setting.ts';

// The synthesized stacks on this machine: table, stream, mapping, schedule and the bundled relay under its own role and broker user.

const many = 200;
let run: LocalRun;
let client: DynamoDBClient;
let table: string;
let outbox: Outbox;
let events: readonly LocalRunEvent[];

beforeAll(async () => {
  ({ run, events } = await startStacks());
  client = dynamoDbOf(run);
  table = tableOf(run, 'Outbox');
  outbox = createOutbox({ exchange: 'events', tableName: table, client });
  // Long before the broker is killed: what it was told in its last second it may not remember.
  await openWitness('witness-of-one', 'outbox.one');
  await openWitness('witness', 'outbox.numbered');
}, 120_000);
const relay = () => {
  const name = run.streamMappings[0]?.functionName;
  const found = run.functions.find((candidate) => candidate.name === name);
  if (!found) throw new Error('no function reads the stream');
  return found;
};
const deaths = () =>
  events.filter((event) => event.type === 'function-failed' && event.functionName === relay().name).length;
/** Beside the consumers, a queue that gets whatever they might get. */
const openWitness = (queue: string, routingKey: string) =>
  asAdministrator(run, async (connection) => {
    const channel = await connection.createChannel();
    await channel.assertQueue(queue, { durable: true, arguments: { 'x-queue-type': 'quorum' } });
    await channel.bindQueue(queue, 'events', routingKey);
  });
const takeIds = (queue: string) =>
  asAdministrator(run, async (connection) => idsIn(await connection.createChannel(), queue));
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
const confirmed = () =>
  count({
    FilterExpression: '#s = :c',
    ExpressionAttributeNames: { '#s': 'state' },
    ExpressionAttributeValues: { ':c': { S: 'confirmed' } },
  });

describe('when events go through the outbox', () => {
  it('they are on their way at once, without waiting for the schedule', async () => {
    const begun = Date.now();
    const [id] = await outbox.add({ type: 'outbox.one', data: { number: 1 } });
    let found: string[] = [];
    await until(
      'the event',
      async () => {
        found = [...found, ...(await takeIds('witness-of-one'))];
        return found.length > 0;
      },
      20,
    );
    expect(found).toEqual([id]);
    expect(Date.now() - begun).toBeLessThan(20_000);
    await until('its confirmation', async () => (await waiting()) === 0, 5);
  }, 180_000);

  it(`all of ${many} arrive, in order per key, although the relay is killed and the broker away; so does what came over HTTP meanwhile`, async () => {
    const confirmedBefore = await confirmed();
    const keys = 20;
    const added: string[] = [];
    const add = async (): Promise<void> => {
      while (added.length < many) {
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
    const outage = async (): Promise<void> => {
      await sleep(800);
      run.ownBroker?.kill();
      const body = { type: 'person.joined', personId: 'p-1' };
      const { status, answer } = await postEvent(run, {
        type: body.type,
        body,
        headers: { 'idempotency-key': 'kept' },
      });
      expect(status).toBe(202);
      expect(answer.messageId).toBe('kept');
      await run.ownBroker?.restart('kill');
    };
    await Promise.all([add(), outage()]);
    // The schedule's next runs, without waiting a minute for each.
    await until(
      'everything published',
      async () => {
        if ((await waiting()) === 0) return true;
        await run.schedules[0]?.fire();
        return false;
      },
      240,
    );
    over = true;
    await killing;

    const found = await takeIds('witness');
    const first = [...new Set(found)];
    expect(kills).toBeGreaterThan(0);
    expect(deaths()).toBeGreaterThan(0);
    // Confirmed = found, none unaccounted.
    expect(await confirmed()).toBe(confirmedBefore + many + 1);
    await until('the event that came over HTTP', () => loggedRow(run, 'kept'));
    expect([...first].sort()).toEqual([...added].sort());
    for (let key = 0; key < keys; key += 1) {
      const ofKey = (ids: readonly string[]) => ids.filter((id) => id.startsWith(`${key}-`));
      expect(ofKey(first)).toEqual(ofKey(added));
    }
  }, 300_000);
});
