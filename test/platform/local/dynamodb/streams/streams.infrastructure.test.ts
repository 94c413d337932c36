import {
  BatchWriteItemCommand,
  CreateTableCommand,
  DeleteItemCommand,
  DescribeTableCommand,
  PutItemCommand,
  type StreamViewType,
  TransactWriteItemsCommand,
  UpdateItemCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { StreamRecord } from '../../../../../lib/platform/local/dynamodb/streams/stream-record.ts';
import { StreamClient } from '../../../../../lib/platform/local/mapping/stream-client.ts';
import { type LocalTables, startLocalTables } from '../local-tables.ts';

let tables: LocalTables;
const asked: string[] = [];
beforeAll(async () => {
  tables = await startLocalTables({
    sweepSeconds: 0.1,
    authorize: (key, action, resource) => {
      asked.push(`${action} ${resource}`);
      return key === 'NOBODY'
        ? { allowed: false, code: 'AccessDeniedException', message: `no ${action}` }
        : { allowed: true };
    },
  });
}, 180_000);
afterAll(() => tables.stop());

let count = 0;
const streamed = async (StreamViewType: StreamViewType = 'NEW_AND_OLD_IMAGES') => {
  const { TableDescription } = await tables.client.send(
    new CreateTableCommand({
      TableName: `streamed-${++count}`,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      StreamSpecification: { StreamEnabled: true, StreamViewType },
    }),
  );
  const TableName = TableDescription?.TableName ?? '';
  const arn = TableDescription?.LatestStreamArn ?? '';
  return { TableName, arn, reader: new StreamClient(tables.endpoint, 'TEST', arn) };
};
const recordsOf = async (reader: StreamClient): Promise<readonly StreamRecord[]> =>
  (await reader.read(await reader.start('TRIM_HORIZON'), 1000)).records;
/** Event, then the value of `n` before and after. */
const changes = (records: readonly StreamRecord[]) =>
  records.map(({ eventName, dynamodb: { OldImage, NewImage } }) => [eventName, OldImage?.n?.S, NewImage?.n?.S]);
const Key = { id: { S: 'a' } };
const item = (n: string, id = 'a') => ({ id: { S: id }, n: { S: n } });

describe('the stream of a table', () => {
  it('says of each write what was there before and after, in order', async () => {
    const { TableName, reader } = await streamed();
    await tables.client.send(new PutItemCommand({ TableName, Item: item('1') }));
    await tables.client.send(
      new UpdateItemCommand({
        TableName,
        Key,
        UpdateExpression: 'SET n = :n',
        ExpressionAttributeValues: { ':n': { S: '2' } },
      }),
    );
    await tables.client.send(new DeleteItemCommand({ TableName, Key }));
    const records = await recordsOf(reader);
    expect(changes(records)).toEqual([
      ['INSERT', undefined, '1'],
      ['MODIFY', '1', '2'],
      ['REMOVE', '2', undefined],
    ]);
    const numbers = records.map(({ dynamodb }) => dynamodb.SequenceNumber);
    expect([...numbers].sort()).toEqual(numbers);
    expect(records[0]).toMatchObject({
      eventVersion: '1.1',
      eventSource: 'aws:dynamodb',
      awsRegion: 'us-east-1',
      dynamodb: { Keys: Key, StreamViewType: 'NEW_AND_OLD_IMAGES', SizeBytes: expect.any(Number) },
    });
  });

  it.each([
    ['KEYS_ONLY', [false, false]],
    ['NEW_IMAGE', [false, true]],
    ['OLD_IMAGE', [true, false]],
    ['NEW_AND_OLD_IMAGES', [true, true]],
  ] as const)('with %s holds these images: old and new %j', async (viewType, images) => {
    const { TableName, reader } = await streamed(viewType);
    await tables.client.send(new PutItemCommand({ TableName, Item: item('1') }));
    await tables.client.send(new PutItemCommand({ TableName, Item: item('2') }));
    const [, { dynamodb }] = (await recordsOf(reader)) as [StreamRecord, StreamRecord];
    expect([dynamodb.OldImage !== undefined, dynamodb.NewImage !== undefined]).toEqual(images);
    expect(dynamodb.Keys).toEqual(Key);
  });

  it('holds nothing of writes that failed or changed nothing', async () => {
    const { TableName, reader } = await streamed();
    const put = { TableName, Item: item('1'), ConditionExpression: 'attribute_not_exists(id)' };
    await tables.client.send(new PutItemCommand(put));
    await expect(
      tables.client.send(new PutItemCommand({ ...put, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' })),
    ).rejects.toMatchObject({ name: 'ConditionalCheckFailedException', Item: item('1') });
    await tables.client.send(new PutItemCommand({ TableName, Item: item('1') }));
    await tables.client.send(new DeleteItemCommand({ TableName, Key: { id: { S: 'absent' } } }));
    await expect(
      tables.client.send(
        new TransactWriteItemsCommand({
          TransactItems: [{ Put: { TableName, Item: item('1', 'b') } }, { Put: { ...put } }],
        }),
      ),
    ).rejects.toMatchObject({ name: 'TransactionCanceledException' });
    expect(changes(await recordsOf(reader))).toEqual([['INSERT', undefined, '1']]);
  });

  it('holds what transactions and batches wrote', async () => {
    const { TableName, reader } = await streamed();
    await tables.client.send(
      new TransactWriteItemsCommand({
        TransactItems: [{ Put: { TableName, Item: item('1') } }, { Put: { TableName, Item: item('1', 'b') } }],
      }),
    );
    await tables.client.send(
      new BatchWriteItemCommand({
        RequestItems: {
          [TableName]: [{ PutRequest: { Item: item('2') } }, { DeleteRequest: { Key: { id: { S: 'b' } } } }],
        },
      }),
    );
    expect(changes(await recordsOf(reader))).toEqual([
      ['INSERT', undefined, '1'],
      ['INSERT', undefined, '1'],
      ['MODIFY', '1', '2'],
      ['REMOVE', '1', undefined],
    ]);
  });

  it('tells the end of an item by its time to live from one by request', async () => {
    const { TableName, reader } = await streamed();
    await tables.client.send(
      new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true } }),
    );
    await tables.client.send(new PutItemCommand({ TableName, Item: { ...item('1'), ttl: { N: '1800000000' } } }));
    await tables.client.send(
      new PutItemCommand({ TableName, Item: { ...item('1'), ttl: { N: String(Math.floor(Date.now() / 1000) - 1) } } }),
    );
    let last: StreamRecord | undefined;
    for (let tries = 0; tries < 100 && last?.eventName !== 'REMOVE'; tries++) {
      await new Promise((resolve) => setTimeout(resolve, 30));
      last = (await recordsOf(reader)).at(-1);
    }
    expect(last).toMatchObject({
      eventName: 'REMOVE',
      userIdentity: { Type: 'Service', PrincipalId: 'dynamodb.amazonaws.com' },
    });
  });

  it('is read on from where a reader was, and from now on by one that wants nothing older', async () => {
    const { TableName, reader } = await streamed();
    await tables.client.send(new PutItemCommand({ TableName, Item: item('1') }));
    const latest = await reader.start('LATEST');
    const { records, next } = await reader.read(await reader.start('TRIM_HORIZON'), 1);
    await tables.client.send(new PutItemCommand({ TableName, Item: item('2') }));
    expect(changes(records)).toEqual([['INSERT', undefined, '1']]);
    expect(changes((await reader.read(next, 10)).records)).toEqual([['MODIFY', '1', '2']]);
    expect(changes((await reader.read(latest, 10)).records)).toEqual([['MODIFY', '1', '2']]);
  });

  it('is named by its table, and only by a table that has one', async () => {
    const { TableName, arn } = await streamed();
    const { Table } = await tables.client.send(new DescribeTableCommand({ TableName }));
    expect(Table).toMatchObject({ LatestStreamArn: arn, StreamSpecification: { StreamEnabled: true } });
    const plain = await tables.client.send(new DescribeTableCommand({ TableName: await tables.table() }));
    expect(plain.Table?.LatestStreamArn).toBeUndefined();
  });

  it('is read only with the permission for it', async () => {
    const { arn } = await streamed();
    await expect(new StreamClient(tables.endpoint, 'NOBODY', arn).check()).rejects.toThrow(
      'AccessDeniedException: no dynamodb:ListStreams',
    );
    asked.length = 0;
    await new StreamClient(tables.endpoint, 'SOMEBODY', arn).check();
    expect(asked).toEqual([
      `dynamodb:ListStreams ${arn}`,
      `dynamodb:DescribeStream ${arn}`,
      `dynamodb:GetShardIterator ${arn}`,
      `dynamodb:GetRecords ${arn}`,
    ]);
  });
});
