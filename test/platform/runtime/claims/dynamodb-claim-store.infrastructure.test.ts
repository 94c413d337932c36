import { createHash } from 'node:crypto';
import { type DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type ClaimRequest, turnOf } from '../../../../lib/platform/runtime/claims/claim-store.ts';
import { ClaimStoreError } from '../../../../lib/platform/runtime/claims/claim-store-error.ts';
import { DynamoDbClaimStore } from '../../../../lib/platform/runtime/claims/dynamodb-claim-store.ts';
import { createDynamoDbClient } from '../../../../lib/platform/runtime/claims/dynamodb-client.ts';
import { systemClock } from '../../../../lib/platform/time/clock.ts';
import { type LocalTables, startLocalTables } from '../../local/dynamodb/local-tables.ts';
import { dynamoDbError, type Reaction, startScriptedEndpoint } from './scripted-endpoint.ts';

let tables: LocalTables;
let tableName: string;
beforeAll(async () => {
  tables = await startLocalTables();
}, 180_000);
beforeEach(async () => {
  tableName = await tables.table();
});
afterAll(() => tables.stop());

const now = Date.now();
const request = (over: Partial<ClaimRequest> = {}): ClaimRequest => ({
  key: 'fulfil-order#1',
  turn: turnOf(1, 0),
  owner: 'a',
  leaseUntil: now + 60_000,
  ...over,
});
const storedIds = async () => {
  const { Items } = await tables.client.send(new ScanCommand({ TableName: tableName }));
  return Items?.map((item) => item.id?.S);
};

describe('of many that ask at the same time', () => {
  it('one gets the claim', async () => {
    const store = new DynamoDbClaimStore({ client: tables.client, tableName });
    const outcomes = await Promise.all(
      Array.from({ length: 50 }, (_, n) => store.claim(request({ owner: `owner ${n}` }))),
    );
    expect(outcomes.filter(({ status }) => status === 'claimed')).toHaveLength(1);
    expect(outcomes.filter(({ status }) => status === 'busy')).toHaveLength(49);
  });

  it('one takes over from an owner that vanished', async () => {
    const store = new DynamoDbClaimStore({ client: tables.client, tableName });
    await store.claim(request({ leaseUntil: now - 1 }));
    const taken = await Promise.all(
      Array.from({ length: 50 }, (_, n) => store.takeOver(request({ owner: `owner ${n}` }), 'a')),
    );
    expect(taken.filter(Boolean)).toHaveLength(1);
  });

  it('one takes over what was given back after a crash', async () => {
    const store = new DynamoDbClaimStore({ client: tables.client, tableName });
    await store.claim(request({ leaseUntil: now - 1 }));
    await store.takeOver(request({ owner: 'b' }), 'a');
    await store.release(request().key, 'b');
    const taken = await Promise.all(
      Array.from({ length: 20 }, (_, n) => store.takeOver(request({ owner: `owner ${n}`, crashes: 1 }), 'b')),
    );
    expect(taken.filter(Boolean)).toHaveLength(1);
  });
});

describe('the number of requests', () => {
  let requests: number;
  let store: DynamoDbClaimStore;
  beforeEach(() => {
    requests = 0;
    const client = tables.clientOf('COUNTED');
    client.middlewareStack.add(
      (next) => (args) => {
        requests++;
        return next(args);
      },
      { step: 'finalizeRequest' },
    );
    store = new DynamoDbClaimStore({ client, tableName });
  });

  it('is two a message, and one for a duplicate', async () => {
    await store.claim(request());
    await store.complete(request().key, 'a');
    expect(requests).toBe(2);
    await store.claim(request({ owner: 'b' }));
    expect(requests).toBe(3);
  });

  it('is one more for a suspect', async () => {
    await store.claim(request({ leaseUntil: now - 1 }));
    requests = 0;
    await store.claim(request({ owner: 'b' }));
    await store.takeOver(request({ owner: 'b' }), 'a');
    await store.complete(request().key, 'b');
    expect(requests).toBe(3);
  });

  it('is one for what was forgotten but has not been deleted yet', async () => {
    const short = new DynamoDbClaimStore({
      client: tables.client,
      tableName,
      clock: { ...systemClock, now: () => 1_000 },
      retentionSeconds: 1,
    });
    await short.claim(request({ leaseUntil: 1_000 }));
    expect(await store.claim(request({ owner: 'b' }))).toEqual({ status: 'claimed' });
    expect(requests).toBe(1);
  });
});

describe('a key', () => {
  it('of 2,048 bytes is stored as it is; a longer one as its SHA-256 with a prefix, and is as good a key', async () => {
    const store = new DynamoDbClaimStore({ client: tables.client, tableName });
    const longest = 'ü'.repeat(1024);
    const longer = `${longest}x`;
    for (const key of [longest, longer]) expect(await store.claim(request({ key }))).toEqual({ status: 'claimed' });
    expect((await storedIds())?.sort()).toEqual(
      [`#sha256#${createHash('sha256').update(longer).digest('hex')}`, longest].sort(),
    );
    expect(await store.complete(longer, 'a')).toBe(true);
    expect(await store.claim(request({ key: longer, owner: 'b' }))).toEqual({ status: 'duplicate' });
  });
});

describe('when DynamoDB', () => {
  let stop: () => Promise<void>;
  let client: DynamoDBClient;
  const storeBehind = async (react: Reaction, attempts = 3) => {
    const endpoint = await startScriptedEndpoint(tables.endpoint, react);
    client = createDynamoDbClient({
      endpoint: endpoint.endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'TEST', secretAccessKey: 'x' },
      maxAttempts: attempts,
    });
    stop = endpoint.stop;
    return { store: new DynamoDbClaimStore({ client, tableName }), requests: endpoint.requests };
  };
  /** Loses the answer of every first try. */
  const losingAnswers = (): Reaction => {
    let tries = 0;
    return async ({ forward }) => {
      const response = await forward();
      const body = await response.text();
      return ++tries % 2 === 1 ? 'no answer' : { status: response.status, body };
    };
  };
  afterEach(async () => {
    client.destroy();
    await stop();
  });

  it('has claimed but its answer was lost, the retry still says that the claim is ours', async () => {
    const { store, requests } = await storeBehind(losingAnswers());
    expect(await store.claim(request())).toEqual({ status: 'claimed' });
    expect(requests()).toBe(2);
  });

  it('has settled or handed over but its answer was lost, the retry still says so', async () => {
    const { store } = await storeBehind(losingAnswers());
    await store.claim(request({ leaseUntil: now - 1 }));
    expect(await store.takeOver(request({ owner: 'b' }), 'a')).toBe(true);
    expect(await store.complete(request().key, 'b')).toBe(true);
  });

  it('carries out a claim that the client has sent again only after it was given back, nobody has to wait for it', async () => {
    const late: (() => Promise<Response>)[] = [];
    const { store } = await storeBehind(async ({ forward }) => {
      if (late.push(forward) === 1) return 'no answer';
      const response = await forward();
      return { status: response.status, body: await response.text() };
    });
    expect(await store.claim(request())).toEqual({ status: 'claimed' });
    await store.release(request().key, 'a');
    expect(await (await late[0]?.())?.text()).toMatch(/ConditionalCheckFailed/);
    expect(await store.claim(request({ owner: 'b' }))).toEqual({ status: 'claimed' });
  });

  it.each([
    ['release', { status: 'claimed' }],
    ['complete', { status: 'duplicate' }],
    ['forwarded', { status: 'duplicate', handedOn: true }],
  ] as const)(
    'has refused to settle a claim with %s, the store makes up for that before it claims again',
    async (settle, outcome) => {
      let refuses = false;
      const { store } = await storeBehind(async ({ forward }) => {
        if (refuses) return dynamoDbError('AccessDeniedException');
        const response = await forward();
        return { status: response.status, body: await response.text() };
      });
      await store.claim(request());
      refuses = true;
      await expect(store[settle](request().key, 'a')).rejects.toThrow(ClaimStoreError);
      await expect(store.claim(request({ owner: 'b' }))).rejects.toThrow(ClaimStoreError);
      refuses = false;
      expect(await store.claim(request({ owner: 'b' }))).toEqual(outcome);
      // It does so once: b's claim is b's.
      expect(await store.claim(request({ owner: 'b' }))).toEqual(outcome);
    },
  );

  it('throttles, the claim fails after three tries with the reason', async () => {
    const { store, requests } = await storeBehind(async () => dynamoDbError('ThrottlingException'));
    const error = await store.claim(request()).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ClaimStoreError);
    expect(error).toMatchObject({
      key: 'fulfil-order#1',
      message: `claim of "fulfil-order#1" in table ${tableName} failed: ThrottlingException: made up for a test`,
      cause: { name: 'ThrottlingException' },
    });
    expect(requests()).toBe(3);
  });

  it('never answers, the claim fails within seconds instead of hanging', async () => {
    const { store } = await storeBehind(async () => 'hang', 1);
    const start = Date.now();
    await expect(store.complete(request().key, 'a')).rejects.toThrow(/^complete of .* failed: TimeoutError/);
    expect(Date.now() - start).toBeLessThan(3_000);
  });

  it('cannot be reached, the claim fails with the reason', async () => {
    const { store } = await storeBehind(async () => 'hang');
    await stop();
    await expect(store.claim(request())).rejects.toThrow(/ECONNREFUSED/);
  });

  it('is busy with a transaction on the record, the claim waits for it', async () => {
    let conflicts = 2;
    const { store } = await storeBehind(async ({ forward }) => {
      if (conflicts-- > 0) return dynamoDbError('TransactionConflictException');
      const response = await forward();
      return { status: response.status, body: await response.text() };
    });
    expect(await store.claim(request())).toEqual({ status: 'claimed' });
  });

  it('is always busy with transactions on the record, the claim fails', async () => {
    const { store, requests } = await storeBehind(async () => dynamoDbError('TransactionConflictException'));
    await expect(store.claim(request())).rejects.toThrow(/TransactionConflictException/);
    expect(requests()).toBe(4);
  });

  it('has no such table, the claim fails and names it', async () => {
    const { store } = await storeBehind(async () => dynamoDbError('ResourceNotFoundException'));
    await expect(store.claim(request())).rejects.toThrow(`in table ${tableName} failed: ResourceNotFoundException`);
  });
});
