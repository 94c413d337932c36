import { PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { expect, it } from '@jest/globals';
import { dynamoDb } from '../../../lib/platform/runtime/dynamodb.ts';
import { tableNames } from '../../../lib/platform/runtime/table-names.ts';
import { startTables } from '../../../lib/platform/testing/start-tables.ts';

const tables = { Orders: { partitionKey: 'customer', sortKey: 'order' } } as const;
const tableName = tableNames<{ readonly tables: typeof tables }>();

it('the tables of an application are there until they are stopped, once in a test file', async () => {
  const before = { ...process.env };
  const started = await startTables({ tables });
  try {
    const item = { customer: { S: 'c' }, order: { S: 'o' } };
    await dynamoDb.send(new PutItemCommand({ TableName: tableName('Orders'), Item: item }));
    const found = new QueryCommand({
      TableName: tableName('Orders'),
      KeyConditionExpression: 'customer = :c AND #order = :o',
      ExpressionAttributeNames: { '#order': 'order' },
      ExpressionAttributeValues: { ':c': { S: 'c' }, ':o': { S: 'o' } },
    });
    expect((await dynamoDb.send(found)).Items).toEqual([item]);
    await expect(startTables({ tables })).rejects.toThrow('startTables was called before in this test file');
  } finally {
    await started.stop();
  }
  expect({ ...process.env }).toEqual(before);
  expect(() => tableName('Orders')).toThrow('environment variable TABLE_ORDERS is not set');
}, 60_000);
