import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DeleteItemCommand,
  DeleteTableCommand,
  DescribeContinuousBackupsCommand,
  DescribeTimeToLiveCommand,
  ExecuteStatementCommand,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  TransactGetItemsCommand,
  UpdateItemCommand,
  UpdateTimeToLiveCommand,
  waitUntilTableNotExists,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type LocalTables, startLocalTables } from './local-tables.ts';

let tables: LocalTables;
beforeAll(async () => {
  tables = await startLocalTables({ sweepSeconds: 0.1 });
}, 180_000);
afterAll(() => tables.stop());

const put = (TableName: string, Item: Record<string, { S: string } | { N: string }>) =>
  tables.client.send(new PutItemCommand({ TableName, Item }));
const get = async (TableName: string, id: string) =>
  (await tables.client.send(new GetItemCommand({ TableName, Key: { id: { S: id } }, ConsistentRead: true }))).Item;

describe('a write whose condition fails', () => {
  const ReturnValuesOnConditionCheckFailure = 'ALL_OLD';
  const ConditionExpression = 'attribute_not_exists(id)';
  const item = { id: { S: '1' }, colour: { S: 'red' } };

  it('returns the item that is there when asked for it, whatever the kind of write', async () => {
    const TableName = await tables.table();
    await put(TableName, item);
    const ask = { TableName, ConditionExpression, ReturnValuesOnConditionCheckFailure } as const;
    const writes = [
      tables.client.send(new PutItemCommand({ ...ask, Item: { id: { S: '1' } } })),
      tables.client.send(new UpdateItemCommand({ ...ask, Key: { id: { S: '1' } } })),
      tables.client.send(new DeleteItemCommand({ ...ask, Key: { id: { S: '1' } } })),
    ];
    for (const { reason } of (await Promise.allSettled<unknown>(writes)) as PromiseRejectedResult[])
      expect(reason).toMatchObject({ name: 'ConditionalCheckFailedException', Item: item });
    expect(await get(TableName, '1')).toEqual(item);
  });

  it('returns no item when not asked, or when there is none', async () => {
    const TableName = await tables.table();
    await put(TableName, item);
    const silent = new PutItemCommand({ TableName, Item: { id: { S: '1' } }, ConditionExpression });
    const error: unknown = await tables.client.send(silent).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'ConditionalCheckFailedException' });
    expect((error as { Item?: unknown }).Item).toBeUndefined();
    const absent = new UpdateItemCommand({
      TableName,
      Key: { id: { S: 'none' } },
      ConditionExpression: 'attribute_exists(id)',
      ReturnValuesOnConditionCheckFailure,
    });
    const second: unknown = await tables.client.send(absent).catch((thrown: unknown) => thrown);
    expect(second).toMatchObject({ name: 'ConditionalCheckFailedException' });
    expect((second as { Item?: unknown }).Item).toBeUndefined();
  });

  it('returns an item that fails the condition, never one that would have passed it, while others write', async () => {
    const TableName = await tables.table();
    await put(TableName, { id: { S: '1' }, count: { N: '0' } });
    const flip = async (to: number) => {
      for (let n = 0; n < 15; n++)
        await tables.client
          .send(
            new UpdateItemCommand({
              TableName,
              Key: { id: { S: '1' } },
              UpdateExpression: 'SET #c = :to',
              ConditionExpression: '#c <> :to',
              ExpressionAttributeNames: { '#c': 'count' },
              ExpressionAttributeValues: { ':to': { N: String(to) } },
              ReturnValuesOnConditionCheckFailure,
            }),
          )
          .catch((error: unknown) => {
            expect(error).toMatchObject({
              name: 'ConditionalCheckFailedException',
              Item: { count: { N: String(to) } },
            });
          });
    };
    await Promise.all(Array.from({ length: 20 }, (_, n) => flip(n % 2)));
  });
});

describe('time to live', () => {
  const enable = (TableName: string, Enabled = true, AttributeName = 'expiry') =>
    tables.client.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification: { Enabled, AttributeName } }));
  const describeTtl = async (TableName: string) =>
    (await tables.client.send(new DescribeTimeToLiveCommand({ TableName }))).TimeToLiveDescription;
  const seconds = Math.floor(Date.now() / 1000);

  it('deletes what has expired and nothing else', async () => {
    const TableName = await tables.table();
    await enable(TableName);
    await Promise.all([
      put(TableName, { id: { S: 'expired' }, expiry: { N: String(seconds - 1) } }),
      put(TableName, { id: { S: 'alive' }, expiry: { N: String(seconds + 3600) } }),
      put(TableName, { id: { S: 'without' } }),
      put(TableName, { id: { S: 'text' }, expiry: { S: String(seconds - 1) } }),
      put(TableName, { id: { S: 'milliseconds by mistake' }, expiry: { N: String(Date.now()) } }),
      put(TableName, { id: { S: 'more than five years ago' }, expiry: { N: '1' } }),
    ]);
    for (let tries = 0; tries < 50 && (await get(TableName, 'expired')); tries++)
      await new Promise((resolve) => setTimeout(resolve, 50));
    await new Promise((resolve) => setTimeout(resolve, 250));
    const { Items } = await tables.client.send(new ScanCommand({ TableName }));
    expect(Items?.map(({ id }) => id?.S).sort()).toEqual([
      'alive',
      'milliseconds by mistake',
      'more than five years ago',
      'text',
      'without',
    ]);
  });

  it('is described as it was set, and can be switched off', async () => {
    const TableName = await tables.table();
    expect(await describeTtl(TableName)).toEqual({ TimeToLiveStatus: 'DISABLED' });
    await enable(TableName);
    expect(await describeTtl(TableName)).toEqual({ TimeToLiveStatus: 'ENABLED', AttributeName: 'expiry' });
    await expect(enable(TableName)).rejects.toThrow('TimeToLive is already enabled');
    await expect(enable(TableName, false, 'other')).rejects.toThrow('different AttributeName');
    await enable(TableName, false);
    expect(await describeTtl(TableName)).toEqual({ TimeToLiveStatus: 'DISABLED' });
  });

  it('of a table that does not exist cannot be set, and a new table does not inherit that of a deleted one', async () => {
    await expect(enable('no-such-table')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    const TableName = await tables.table();
    await enable(TableName);
    await tables.client.send(new DeleteTableCommand({ TableName }));
    await waitUntilTableNotExists({ client: tables.client, maxWaitTime: 20, minDelay: 1 }, { TableName });
    await expect(describeTtl(TableName)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });
});

describe('a table', () => {
  const keyed: CreateTableCommandInput = {
    TableName: 'orders',
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    AttributeDefinitions: [
      { AttributeName: 'id', AttributeType: 'S' },
      { AttributeName: 'day', AttributeType: 'S' },
    ],
    GlobalSecondaryIndexes: [
      {
        IndexName: 'by-day',
        KeySchema: [{ AttributeName: 'day', KeyType: 'HASH' }],
        Projection: { ProjectionType: 'ALL' },
      },
    ],
  };

  it('is paid by request and has indexes', async () => {
    await tables.client.send(new CreateTableCommand(keyed));
    for (let tries = 0; tries < 20; tries++) {
      const written = await put('orders', { id: { S: '1' }, day: { S: 'monday' } }).catch(() => undefined);
      if (written) break;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const { Items } = await tables.client.send(
      new QueryCommand({
        TableName: 'orders',
        IndexName: 'by-day',
        KeyConditionExpression: '#day = :day',
        ExpressionAttributeNames: { '#day': 'day' },
        ExpressionAttributeValues: { ':day': { S: 'monday' } },
      }),
    );
    expect(Items?.map(({ id }) => id?.S)).toEqual(['1']);
  });

  it.each([
    ['DeletionProtectionEnabled', { DeletionProtectionEnabled: true }],
    ['SSESpecification', { SSESpecification: { Enabled: true } }],
    ['ResourcePolicy', { ResourcePolicy: '{}' }],
  ] as const)('with %s is refused by name instead of being created without', async (name, more) => {
    await expect(
      tables.client.send(new CreateTableCommand({ ...keyed, TableName: 'refused', ...more })),
    ).rejects.toThrow(`does not emulate ${name} of CreateTable`);
  });
});

describe('what the local store cannot do', () => {
  it('is refused by name', async () => {
    const TableName = await tables.table();
    for (const [name, sent] of [
      ['DescribeContinuousBackups', tables.client.send(new DescribeContinuousBackupsCommand({ TableName }))],
      ['ExecuteStatement', tables.client.send(new ExecuteStatementCommand({ Statement: 'SELECT * FROM x' }))],
    ] as const)
      await expect(sent).rejects.toMatchObject({
        name: 'UnknownOperationException',
        message: `the local DynamoDB does not emulate ${name}`,
      });
  });
});

describe('TransactGetItems', () => {
  it('returns the items in order, with a gap where there is none', async () => {
    const TableName = await tables.table();
    await put(TableName, { id: { S: '1' }, colour: { S: 'red' } });
    const { Responses } = await tables.client.send(
      new TransactGetItemsCommand({
        TransactItems: ['2', '1'].map((id) => ({ Get: { TableName, Key: { id: { S: id } } } })),
      }),
    );
    expect(Responses?.map(({ Item }) => Item)).toEqual([undefined, { id: { S: '1' }, colour: { S: 'red' } }]);
  });

  it('returns them as they were at one moment while others write', async () => {
    const TableName = await tables.table();
    await put(TableName, { id: { S: 'first' }, count: { N: '0' } });
    await put(TableName, { id: { S: 'last' }, count: { N: '0' } });
    let running = true;
    /** Always the first item before the last one, so that at any moment the last one lags behind. */
    const writer = async () => {
      for (let n = 1; n <= 60; n++)
        for (const id of ['first', 'last']) await put(TableName, { id: { S: id }, count: { N: String(n) } });
      running = false;
    };
    const ids = ['first', ...Array.from({ length: 98 }, (_, n) => `between ${n}`), 'last'];
    const reader = async () => {
      while (running) {
        const { Responses = [] } = await tables.client.send(
          new TransactGetItemsCommand({
            TransactItems: ids.map((id) => ({ Get: { TableName, Key: { id: { S: id } } } })),
          }),
        );
        const [first, last] = [Responses.at(0), Responses.at(-1)].map((response) => Number(response?.Item?.count?.N));
        expect(last).toBeLessThanOrEqual(first ?? Number.NaN);
      }
    };
    await Promise.all([writer(), reader()]);
  }, 180_000);
});
