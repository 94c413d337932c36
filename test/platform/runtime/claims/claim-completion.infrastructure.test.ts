import { GetItemCommand, type TransactWriteItem, TransactWriteItemsCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { claimCompletionItem, whyClaimCancelled } from '../../../../lib/platform/runtime/claims/claim-completion.ts';
import { turnOf } from '../../../../lib/platform/runtime/claims/claim-store.ts';
import { DynamoDbClaimStore } from '../../../../lib/platform/runtime/claims/dynamodb-claim-store.ts';
import { type LocalTables, startLocalTables } from '../../local/dynamodb/local-tables.ts';

let tables: LocalTables;
let claims: string;
let orders: string;
let store: DynamoDbClaimStore;
beforeAll(async () => {
  tables = await startLocalTables();
}, 180_000);
afterAll(() => tables.stop());
beforeEach(async () => {
  claims = await tables.table();
  orders = await tables.table();
  store = new DynamoDbClaimStore({ client: tables.client, tableName: claims });
});

const key = 'fulfil-order#1';
const request = (owner: string, leaseUntil = Date.now() + 60_000) => ({ key, turn: turnOf(1, 0), owner, leaseUntil });
const completion = (owner: string) => ({ tableName: claims, key, owner, now: Date.now() });
const order = (): TransactWriteItem => ({ Put: { TableName: orders, Item: { id: { S: 'order-1' } } } });
const commit = (items: TransactWriteItem[]) =>
  tables.client.send(new TransactWriteItemsCommand({ TransactItems: items })).then(
    () => undefined,
    (error: unknown) => error,
  );
const orderExists = async () =>
  (await tables.client.send(new GetItemCommand({ TableName: orders, Key: { id: { S: 'order-1' } } }))).Item !==
  undefined;

describe('an effect in one transaction with its claim', () => {
  it('happens and completes the claim', async () => {
    await store.claim(request('a'));
    expect(await commit([order(), claimCompletionItem(completion('a'))])).toBeUndefined();
    expect(await orderExists()).toBe(true);
    expect(await store.claim(request('b'))).toEqual({ status: 'duplicate' });
    expect(await store.complete(key, 'a')).toBe(true);
  });

  it('does not happen when another owner has taken over, and the reason is told', async () => {
    await store.claim(request('a', Date.now() - 1));
    await store.takeOver(request('b'), 'a');
    const error = await commit([order(), claimCompletionItem(completion('a'))]);
    expect(whyClaimCancelled(error, 1, completion('a'))).toBe('fenced');
    expect(await orderExists()).toBe(false);
  });

  it('does not happen without a claim', async () => {
    const error = await commit([claimCompletionItem(completion('a')), order()]);
    expect(whyClaimCancelled(error, 0, completion('a'))).toBe('fenced');
    expect(await orderExists()).toBe(false);
  });

  it('that an earlier try has committed is known to have happened', async () => {
    await store.claim(request('a'));
    await commit([order(), claimCompletionItem(completion('a'))]);
    const error = await commit([order(), claimCompletionItem(completion('a'))]);
    expect(whyClaimCancelled(error, 1, completion('a'))).toBe('committed');
  });

  it('whose own condition fails leaves the claim as it is and is not reported as a lost claim', async () => {
    await store.claim(request('a'));
    const impossible: TransactWriteItem = {
      ConditionCheck: { TableName: orders, Key: { id: { S: 'stock' } }, ConditionExpression: 'attribute_exists(id)' },
    };
    const error = await commit([impossible, claimCompletionItem(completion('a'))]);
    expect(error).toMatchObject({ name: 'TransactionCanceledException' });
    expect(whyClaimCancelled(error, 1, completion('a'))).toBeUndefined();
    expect(await store.claim(request('b'))).toMatchObject({ status: 'busy' });
  });

  it('that fails for any other reason is not reported as a lost claim', () => {
    expect(whyClaimCancelled(new Error('connection reset'), 0, completion('a'))).toBeUndefined();
    expect(whyClaimCancelled('thrown text', 0, completion('a'))).toBeUndefined();
  });
});
