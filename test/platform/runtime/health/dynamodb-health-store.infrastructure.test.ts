import { CreateTableCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { healthTable } from '../../../../lib/platform/config/table-shapes.ts';
import { DynamoDbHealthSource } from '../../../../lib/platform/operations/circuit/health-source.ts';
import { DynamoDbHealthStore } from '../../../../lib/platform/runtime/health/dynamodb-health-store.ts';
import { countMessages, type HealthRecord } from '../../../../lib/platform/runtime/health/health-record.ts';
import { type LocalTables, startLocalTables } from '../../local/dynamodb/local-tables.ts';

const tableName = 'health';
let tables: LocalTables;
beforeAll(async () => {
  tables = await startLocalTables();
  const { partitionKey, sortKey } = healthTable;
  await tables.client.send(
    new CreateTableCommand({
      TableName: tableName,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [
        { AttributeName: partitionKey, KeyType: 'HASH' },
        { AttributeName: sortKey, KeyType: 'RANGE' },
      ],
      AttributeDefinitions: [partitionKey, sortKey].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
    }),
  );
}, 180_000);
afterAll(() => tables.stop());

const add = (consumer: string, record: Partial<HealthRecord>) =>
  new DynamoDbHealthStore(consumer, tableName, tables.client).add({
    at: 0,
    succeeded: 0,
    recovered: [],
    failed: [],
    failedUnnamed: 0,
    ...record,
  });
const read = (consumer: string, from = 0) =>
  new DynamoDbHealthSource({ client: tables.client, tableName }).read(consumer, from);

describe('what consumers report in a table', () => {
  it('adds up within a record, and names each message once', async () => {
    await add('a', { at: 10_000, succeeded: 2, failed: ['x', 'y'], failedUnnamed: 1 });
    await add('a', { at: 10_000, succeeded: 1, failed: ['y'], recovered: ['x'] });
    await add('a', { at: 10_000, failedUnnamed: 4 });
    const [record, ...others] = await read('a');
    expect({ ...record, failed: [...(record?.failed ?? [])].sort() }).toEqual({
      at: 10_000,
      succeeded: 3,
      recovered: ['x'],
      failed: ['x', 'y'],
      failedUnnamed: 5,
    });
    expect(others).toEqual([]);
  });

  it('is read from a moment on, for one consumer', async () => {
    const start = Date.UTC(2026, 0, 1);
    for (let i = 0; i < 5; i++) await add('b', { at: start + i * 10_000, succeeded: 1 });
    await add('c', { at: start + 40_000, failed: ['x'] });
    expect(countMessages(await read('b', start + 30_000), 0)).toEqual({ succeeded: 2, failed: 0 });
    expect(await read('nobody')).toEqual([]);
  });
});
