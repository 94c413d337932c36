import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DynamoDbKeyQueueStore } from '../../../../lib/platform/runtime/order/dynamodb-key-queue-store.ts';
import { type KeyQueue, waitingName } from '../../../../lib/platform/runtime/order/key-queue.ts';
import type { KeyQueueStore } from '../../../../lib/platform/runtime/order/key-queue-store.ts';
import { MemoryKeyQueueStore } from '../../../../lib/platform/runtime/order/memory-key-queue-store.ts';
import { type LocalTables, startLocalTables } from '../../local/dynamodb/local-tables.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

let tables: LocalTables;
beforeAll(async () => {
  tables = await startLocalTables();
}, 180_000);
afterAll(() => tables.stop());

const queueOf = (...ids: string[]): KeyQueue =>
  ids.map((id, index) => ({ who: waitingName(id), due: 1_800_000_000 + index, turn: 1 + index }));
const name = 'fulfil-order#order-1';

describe.each(['memory', 'DynamoDB'] as const)('queues in %s', (kind) => {
  let store: KeyQueueStore;
  beforeEach(async () => {
    store =
      kind === 'memory'
        ? new MemoryKeyQueueStore()
        : new DynamoDbKeyQueueStore({ client: tables.client, tableName: await tables.table() });
  });

  it('are read as they were written, and left out where there is none', async () => {
    expect(await store.write(name, queueOf('a', 'b'), 0)).toBe(true);
    expect(await store.read([name, 'fulfil-order#other'])).toEqual(
      new Map([[name, { queue: queueOf('a', 'b'), version: 1 }]]),
    );
  });

  it('are not written over by one who has not seen the last write', async () => {
    await store.write(name, queueOf('a'), 0);
    expect(await store.write(name, queueOf('b'), 0)).toBe(false);
    expect(await store.write(name, queueOf('a', 'c'), 1)).toBe(true);
    expect(await store.write(name, queueOf('d'), 1)).toBe(false);
    expect((await store.read([name])).get(name)?.queue).toEqual(queueOf('a', 'c'));
  });

  it('are not written once nobody waits for that any more', async () => {
    await expect(store.write(name, queueOf('a'), 0, AbortSignal.abort())).rejects.toThrow();
    expect((await store.read([name])).size).toBe(0);
  });

  it('may become empty and fill again', async () => {
    await store.write(name, queueOf('a'), 0);
    expect(await store.write(name, [], 1)).toBe(true);
    expect((await store.read([name])).get(name)).toEqual({ queue: [], version: 2 });
    expect(await store.write(name, queueOf('b'), 2)).toBe(true);
    expect((await store.read([name])).get(name)?.queue).toEqual(queueOf('b'));
  });

  it('of 250 keys are read at once, however long their names are', async () => {
    const names = Array.from({ length: 250 }, (_, index) => `fulfil-order#${index}${'x'.repeat(index * 10)}`);
    for (const each of names) await store.write(each, queueOf(each), 0);
    const found = await store.read(names);
    for (const each of names) expect(found.get(each)?.queue).toEqual(queueOf(each));
  });
});

describe('a queue in DynamoDB', () => {
  it('is empty once its time is over, whether or not it has been deleted yet', async () => {
    const clock = new VirtualClock();
    const store = new DynamoDbKeyQueueStore({
      client: tables.client,
      tableName: await tables.table(),
      retentionSeconds: 60,
      clock,
    });
    await store.write(name, queueOf('a'), 0);
    clock.jump(59_000);
    expect((await store.read([name])).get(name)?.queue).toHaveLength(1);
    clock.jump(1000);
    expect((await store.read([name])).get(name)).toEqual({ queue: [], version: 1 });
    expect(await store.write(name, queueOf('b'), 1)).toBe(true);
  });

  it('that cannot be read or written says which and why', async () => {
    const store = new DynamoDbKeyQueueStore({ client: tables.client, tableName: 'missing' });
    await expect(store.read([name])).rejects.toThrow(
      /^reading the order of "#order#fulfil-order#order-1" in table missing failed: ResourceNotFoundException/,
    );
    await expect(store.write(name, [], 0)).rejects.toThrow(/in table missing failed: ResourceNotFoundException/);
  });
});
