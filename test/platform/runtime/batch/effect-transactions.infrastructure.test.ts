import { GetItemCommand, type TransactWriteItem } from '@aws-sdk/client-dynamodb';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DynamoDbEffectTransactions } from '../../../../lib/platform/runtime/batch/effect-transactions.ts';
import { DynamoDbClaimStore } from '../../../../lib/platform/runtime/claims/dynamodb-claim-store.ts';
import { createDynamoDbClient } from '../../../../lib/platform/runtime/claims/dynamodb-client.ts';
import { type Clock, systemClock } from '../../../../lib/platform/time/clock.ts';
import { type LocalTables, startLocalTables } from '../../local/dynamodb/local-tables.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { type Reaction, startScriptedEndpoint } from '../claims/scripted-endpoint.ts';

let tables: LocalTables;
let claimTable: string;
let stock: string;
beforeAll(async () => {
  tables = await startLocalTables();
}, 180_000);
afterAll(() => tables.stop());
const ends: (() => unknown)[] = [];
beforeEach(async () => {
  claimTable = await tables.table();
  stock = await tables.table();
});
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

const claimed = async (key: string, clock: Clock = systemClock): Promise<void> => {
  const store = new DynamoDbClaimStore({ client: tables.client, tableName: claimTable, clock });
  await store.claim({ key, turn: 1, owner: 'owner', leaseUntil: clock.now() + 60_000 });
};
const take = (from = 'shared'): TransactWriteItem => ({
  Update: {
    TableName: stock,
    Key: { id: { S: from } },
    UpdateExpression: 'ADD taken :one',
    ExpressionAttributeValues: { ':one': { N: '1' } },
  },
});
const taken = async (from = 'shared') =>
  Number(
    (await tables.client.send(new GetItemCommand({ TableName: stock, Key: { id: { S: from } } }))).Item?.taken?.N ?? 0,
  );

const cancelled = (...codes: string[]) => ({
  status: 400,
  body: JSON.stringify({
    __type: 'com.amazonaws.dynamodb.v20120810#TransactionCanceledException',
    message: 'Transaction cancelled, please refer cancellation reasons for specific reasons',
    CancellationReasons: codes.map((Code) => ({ Code })),
  }),
});

/** Transactions by way of an endpoint that reacts as told, under a clock of their own. */
const transactionsBehind = async (react: Reaction) => {
  const endpoint = await startScriptedEndpoint(tables.endpoint, react);
  const client = createDynamoDbClient({
    endpoint: endpoint.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'TEST', secretAccessKey: 'x' },
    maxAttempts: 1,
  });
  ends.push(() => client.destroy(), endpoint.stop);
  const clock = new VirtualClock();
  const effects = new DynamoDbEffectTransactions({ client, tableName: claimTable, clock, random: () => 0 });
  /** Lets time pass until the call is answered. */
  const commit = async (items: readonly TransactWriteItem[], until = Number.POSITIVE_INFINITY) => {
    let answered = false;
    const outcome = effects.commit(items, 'consumer#1', 'owner', until).finally(() => {
      answered = true;
    });
    outcome.catch(() => {});
    while (!answered) {
      if (clock.waiting > 0) await clock.advance(10);
      else await new Promise((resolve) => setTimeout(resolve, 1));
    }
    return outcome;
  };
  return { clock, commit, requests: endpoint.requests };
};
const forwarded = async ({ forward }: Parameters<Reaction>[0]) => {
  const response = await forward();
  return { status: response.status, body: await response.text() };
};

describe('transactions that meet at an item', () => {
  it('all commit, each once', async () => {
    const effects = new DynamoDbEffectTransactions({ client: tables.client, tableName: claimTable });
    const keys = Array.from({ length: 20 }, (_, n) => `consumer#${n}`);
    await Promise.all(keys.map((key) => claimed(key)));
    const until = Date.now() + 20_000;
    const outcomes = await Promise.all(keys.map((key) => effects.commit([take()], key, 'owner', until)));
    expect(new Set(outcomes)).toEqual(new Set(['committed']));
    expect(await taken()).toBe(20);
  }, 180_000);

  it.each([
    ['TransactionConflict', 'None'],
    ['None', 'TransactionConflict'],
    ['ThrottlingError', 'None'],
    ['ProvisionedThroughputExceeded', 'TransactionConflict'],
  ])('are tried again (%s, %s)', async (...codes) => {
    let conflicts = 5;
    const { clock, commit, requests } = await transactionsBehind(async (request) =>
      conflicts-- > 0 ? cancelled(...codes) : forwarded(request),
    );
    await claimed('consumer#1', clock);
    expect(await commit([take()])).toBe('committed');
    expect(requests()).toBe(6);
    expect(await taken()).toBe(1);
  });

  it('are given up at the time that is set, as what they are', async () => {
    const { clock, commit, requests } = await transactionsBehind(async () => cancelled('TransactionConflict', 'None'));
    const until = clock.now() + 500;
    await expect(commit([take()], until)).rejects.toMatchObject({
      name: 'TransactionCanceledException',
      message: `transact wrote nothing: Update of {"id":{"S":"shared"}} in table ${stock} (items[0]): TransactionConflict`,
    });
    expect(clock.now()).toBeLessThan(until);
    expect(requests()).toBeGreaterThan(3);
  });

  it('are given up after ten seconds where the function has all the time in the world', async () => {
    const { clock, commit } = await transactionsBehind(async () => cancelled('TransactionConflict', 'None'));
    const start = clock.now();
    await expect(commit([take()])).rejects.toThrow(/TransactionConflict/);
    expect(clock.now() - start).toBeGreaterThan(9_000);
    expect(clock.now() - start).toBeLessThanOrEqual(10_000);
  });
});

describe("a condition of the handler's own that fails", () => {
  const cancel: () => TransactWriteItem = () => ({
    Update: { ...take('order-1').Update, ConditionExpression: 'attribute_exists(id)' } as TransactWriteItem['Update'],
  });

  it('is named: item, key, table, condition and reason; the original error is its cause', async () => {
    const { clock, commit, requests } = await transactionsBehind(forwarded);
    await claimed('consumer#1', clock);
    await expect(commit([take(), cancel()])).rejects.toMatchObject({
      name: 'TransactionCanceledException',
      message: `transact wrote nothing: Update of {"id":{"S":"order-1"}} in table ${stock} (items[1]) if attribute_exists(id): ConditionalCheckFailed, The conditional request failed`,
      CancellationReasons: [{ Code: 'None' }, { Code: 'ConditionalCheckFailed' }, { Code: 'None' }],
      cause: { message: expect.stringContaining('please refer') },
    });
    expect(requests()).toBe(1);
  });

  it('is not tried again beside a conflict either', async () => {
    const { commit, requests } = await transactionsBehind(async () =>
      cancelled('TransactionConflict', 'ConditionalCheckFailed', 'None'),
    );
    await expect(commit([take(), cancel()])).rejects.toThrow(/items\[1\].*ConditionalCheckFailed/);
    expect(requests()).toBe(1);
  });
});

describe('a transaction whose answer is lost', () => {
  it('and which is sent again is committed once, though others have taken its place meanwhile', async () => {
    let answers = 0;
    const { clock, commit } = await transactionsBehind(async (request) => {
      const answer = await forwarded(request);
      return answers++ === 0 ? cancelled('TransactionConflict', 'None') : answer;
    });
    await claimed('consumer#1', clock);
    // A condition that its own first try makes false.
    const put: TransactWriteItem = {
      Put: { TableName: stock, Item: { id: { S: 'row' } }, ConditionExpression: 'attribute_not_exists(id)' },
    };
    expect(await commit([take(), put])).toBe('committed');
    expect(await taken()).toBe(1);
  });

  it('and which the handler repeats in a call of its own is committed once', async () => {
    let answers = 0;
    const { clock, commit } = await transactionsBehind(async (request) => {
      const answer = await forwarded(request);
      return answers++ === 0 ? 'no answer' : answer;
    });
    await claimed('consumer#1', clock);
    await expect(commit([take()])).rejects.toThrow();
    expect(await commit([take()])).toBe('committed');
    expect(await taken()).toBe(1);
  });
});
