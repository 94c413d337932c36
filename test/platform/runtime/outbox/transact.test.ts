import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { DynamoDbEffectTransactions } from '../../../../lib/platform/runtime/batch/effect-transactions.ts';
import { DynamoDbClaimStore } from '../../../../lib/platform/runtime/claims/dynamodb-claim-store.ts';
import { DynamoDbOutboxStore } from '../../../../lib/platform/runtime/outbox/dynamodb-outbox-store.ts';
import { createOutbox } from '../../../../lib/platform/runtime/outbox/outbox.ts';
import { type LocalTables, startLocalTables } from '../../local/dynamodb/local-tables.ts';
import { createOutboxTable } from './local-outbox.ts';

let tables: LocalTables;
beforeAll(async () => {
  tables = await startLocalTables();
}, 180_000);
afterAll(() => tables.stop());

/** What `context.transact([write, ...outbox.items(event)])` of a consumer does, by the invocation `owner`. */
const setting = async () => {
  const { client } = tables;
  const [claimTable, orders, outboxTable] = [
    await tables.table(),
    await tables.table(),
    await createOutboxTable(tables),
  ];
  const outbox = createOutbox({ exchange: 'events', tableName: outboxTable, client });
  const store = new DynamoDbOutboxStore({ client, tableName: outboxTable });
  const write = { Put: { TableName: orders, Item: { id: { S: 'order' } } } };
  return {
    claims: new DynamoDbClaimStore({ client, tableName: claimTable }),
    commit: (owner: string, items = [write]) =>
      new DynamoDbEffectTransactions({ client, tableName: claimTable }).commit(
        [...items, ...outbox.items({ type: 'order.fulfilled', data: {}, key: 'order' })],
        'consumer#message',
        owner,
      ),
    outgoing: async () => (await store.waitingOf('key#order', 10)).length,
    order: async () => (await client.send(new GetItemCommand({ TableName: orders, Key: { id: { S: 'order' } } }))).Item,
    write,
  };
};
const request = (owner: string, turn = 1) => ({
  key: 'consumer#message',
  owner,
  turn,
  leaseUntil: Date.now() + 60_000,
});

it('writes, outgoing event and claim commit together; the same message again finds its claim', async () => {
  const { claims, commit, outgoing, order } = await setting();
  await claims.claim(request('a'));
  expect(await commit('a')).toBe('committed');
  expect(await order()).toBeDefined();
  expect(await outgoing()).toBe(1);
  expect(await claims.claim(request('b', 2))).toEqual({ status: 'duplicate' });
});

it('a worker that has lost its claim adds no event', async () => {
  const { claims, commit, outgoing, order } = await setting();
  await claims.claim(request('a'));
  await claims.claim(request('b', 2));
  expect(await commit('a')).toBe('fenced');
  expect([await order(), await outgoing()]).toEqual([undefined, 0]);
});

it('no event is added when a condition of the writes fails', async () => {
  const { claims, commit, outgoing, write } = await setting();
  await claims.claim(request('a'));
  const never = { Put: { ...write.Put, ConditionExpression: 'attribute_exists(id)' } };
  await expect(commit('a', [never])).rejects.toMatchObject({ name: 'TransactionCanceledException' });
  expect(await outgoing()).toBe(0);
  expect(await commit('a')).toBe('committed');
});
