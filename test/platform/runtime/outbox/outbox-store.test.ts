import { GetItemCommand, TransactWriteItemsCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DynamoDbOutboxStore } from '../../../../lib/platform/runtime/outbox/dynamodb-outbox-store.ts';
import { createOutbox, type OutboxEvent } from '../../../../lib/platform/runtime/outbox/outbox.ts';
import { keyOf, type OutboxRef } from '../../../../lib/platform/runtime/outbox/outbox-ref.ts';
import type { OutboxStore } from '../../../../lib/platform/runtime/outbox/outbox-store.ts';
import { type LocalTables, startLocalTables } from '../../local/dynamodb/local-tables.ts';
import { createOutboxTable } from './local-outbox.ts';
import { MemoryOutbox } from './memory-outbox.ts';

let tables: LocalTables;
let time = 1_800_000_000_000;
const now = () => time;
beforeAll(async () => {
  tables = await startLocalTables();
}, 180_000);
afterAll(() => tables.stop());

interface Subject {
  readonly store: OutboxStore;
  readonly tableName: string;
  add(...events: OutboxEvent[]): Promise<void>;
}
const inMemory = async (): Promise<Subject> => {
  const store = new MemoryOutbox(now);
  const outbox = createOutbox({ exchange: 'events', tableName: 'none' });
  return { store, tableName: 'none', add: async (...events) => store.commit(outbox.items(...events)) };
};
const inDynamoDb = async (): Promise<Subject> => {
  const tableName = await createOutboxTable(tables);
  const outbox = createOutbox({ exchange: 'events', tableName, client: tables.client });
  return {
    store: new DynamoDbOutboxStore({ client: tables.client, tableName, now }),
    tableName,
    add: async (...events) => {
      await tables.client.send(new TransactWriteItemsCommand({ TransactItems: outbox.items(...events) }));
    },
  };
};
const event = (id: string, key?: string): OutboxEvent => ({ type: 'order.fulfilled', data: { id }, id, key });
const idsOf = async (store: OutboxStore, orderKey = 'key#k', limit = 25) =>
  (await store.waitingOf(orderKey, limit)).map(({ messageId }) => messageId);
const refsOf = async (store: OutboxStore) => (await store.waitingOf('key#k', 25)).map(({ ref }) => ref);
const allWaiting = async (store: OutboxStore): Promise<string[]> => {
  const found: OutboxRef[] = [];
  for await (const page of store.waiting()) found.push(...page);
  return found.map(({ orderKey }) => orderKey).sort();
};

describe.each([
  ['in memory', inMemory],
  ['in DynamoDB', inDynamoDb],
] as const)('an outbox %s', (_, make) => {
  let subject: Subject;
  let store: OutboxStore;
  beforeEach(async () => {
    subject = await make();
    store = subject.store;
  });

  it('shows what was added under a key, in the order in which it was added', async () => {
    await subject.add(event('1', 'k'), event('2', 'k'), event('other', 'other'));
    await subject.add(event('3', 'k'), event('free'));
    expect(await idsOf(store)).toEqual(['1', '2', '3']);
    expect(await idsOf(store, 'key#k', 2)).toEqual(['1', '2']);
    expect(await idsOf(store, 'message#free')).toEqual(['free']);
    expect(await allWaiting(store)).toEqual(['key#k', 'key#k', 'key#k', 'key#other', 'message#free']);
  });

  it('gives back the message as it went in', async () => {
    const time = new Date('2026-01-02T03:04:05Z');
    const headers = { tags: ['a', { $date: 1 }], bytes: Buffer.from([1, 2]), at: time, big: 2 ** 53, zero: -0 };
    await subject.add({ ...event('1', 'k'), time, headers, data: Buffer.from([0, 255]), priority: 5 });
    const [waiting] = await store.waitingOf('key#k', 1);
    expect(waiting?.read()).toMatchObject({
      exchange: 'events',
      routingKey: 'order.fulfilled',
      properties: { messageId: '1', timestamp: time, priority: 5, contentType: 'application/octet-stream' },
      headers,
      body: Buffer.from([0, 255]),
    });
  });

  it('takes a body of no bytes', async () => {
    await subject.add({ ...event('1', 'k'), data: Buffer.alloc(0) });
    expect((await store.waitingOf('key#k', 1))[0]?.read().body).toEqual(Buffer.alloc(0));
  });

  it('lets one relay have a message, until its lease ends', async () => {
    await subject.add(event('1', 'k'));
    const [ref] = (await refsOf(store)) as [OutboxRef];
    expect(await store.markSent(ref, 'a', time + 1000)).toBe(true);
    expect(await store.markSent(ref, 'a', time + 1000)).toBe(true);
    expect(await store.markSent(ref, 'b', time + 1000)).toBe(false);
    expect(await store.waitingOf('key#k', 1)).toMatchObject([{ state: 'sent', owner: 'a', leaseUntil: time + 1000 }]);
    time += 1000;
    expect(await store.markSent(ref, 'b', time + 1000)).toBe(true);
  });

  it('no longer shows what is confirmed, whoever had it, and never lets it be sent again', async () => {
    await subject.add(event('1', 'k'), event('2', 'k'));
    const [ref] = (await refsOf(store)) as [OutboxRef];
    await store.markSent(ref, 'a', time + 1000);
    await store.confirm(ref);
    await store.confirm(ref);
    await store.giveBack(ref, 'a', 'late');
    expect(await store.markSent(ref, 'b', time + 1000)).toBe(false);
    expect(await idsOf(store)).toEqual(['2']);
    expect(await allWaiting(store)).toEqual(['key#k']);
  });

  it('makes a message pending again for the relay that has it, not for one that had it', async () => {
    await subject.add(event('1', 'k'));
    const [ref] = (await refsOf(store)) as [OutboxRef];
    await store.markSent(ref, 'a', time);
    await store.markSent(ref, 'b', time + 1000);
    await store.giveBack(ref, 'a', 'late');
    expect(await store.waitingOf('key#k', 1)).toMatchObject([{ state: 'sent', owner: 'b' }]);
    await store.giveBack(ref, 'b', 'refused');
    expect(await store.waitingOf('key#k', 1)).toMatchObject([{ state: 'pending', owner: undefined }]);
  });
});

describe('an outbox table', () => {
  it('keeps of a confirmed message that it was confirmed, without its body, for a day', async () => {
    const { store, add, tableName } = await inDynamoDb();
    await add(event('1', 'k'));
    const [ref] = (await refsOf(store)) as [OutboxRef];
    await store.markSent(ref, 'a', time + 1000);
    await store.giveBack(ref, 'a', 'rejected: queue is full');
    const item = async () =>
      (await tables.client.send(new GetItemCommand({ TableName: tableName, Key: keyOf(ref) }))).Item;
    expect(await item()).toMatchObject({
      state: { S: 'pending' },
      attempts: { N: '1' },
      problem: { S: 'rejected: queue is full' },
    });
    await store.markSent(ref, 'a', time + 1000);
    await store.confirm(ref);
    expect(await item()).toEqual({
      ...keyOf(ref),
      state: { S: 'confirmed' },
      messageId: { S: '1' },
      addedAt: { N: expect.any(String) },
      attempts: { N: '2' },
      confirmedAt: { N: String(time) },
      expiry: { N: String(Math.ceil(time / 1000) + 86_400) },
    });
  });

  it('that is not there is named, with the reason', async () => {
    const store = new DynamoDbOutboxStore({ client: tables.client, tableName: 'nowhere' });
    await expect(store.waitingOf('key#k', 1)).rejects.toThrow(
      /^reading key#k in outbox table nowhere failed: ResourceNotFoundException/,
    );
  });
});
