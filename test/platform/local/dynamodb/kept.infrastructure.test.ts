import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateTableCommand,
  DescribeTimeToLiveCommand,
  GetItemCommand,
  PutItemCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, describe, expect, it } from '@jest/globals';
import { type RunningDynamoDb, startDynamoDb } from '../../../../lib/platform/local/dynamodb/start-dynamodb.ts';
import { StreamClient } from '../../../../lib/platform/local/mapping/stream-client.ts';
import { createDynamoDbClient } from '../../../../lib/platform/runtime/claims/dynamodb-client.ts';

const folder = mkdtempSync(join(tmpdir(), 'dynamodb-'));
let running: RunningDynamoDb | undefined;
afterAll(async () => {
  await running?.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe('a local DynamoDB with a folder', () => {
  it('has everything that it was told when it is started again after a kill: items, time to live, streams, where readers are', async () => {
    running = await startDynamoDb({ folder });
    const died = new Promise<string>((resolve) => running?.onDeath(resolve));
    const { endpoint, pid } = running;
    const credentials = { accessKeyId: 'TEST', secretAccessKey: 'not-verified' };
    const client = createDynamoDbClient({ endpoint, region: 'us-east-1', credentials });
    const TableName = 'orders';
    const { TableDescription } = await client.send(
      new CreateTableCommand({
        TableName,
        BillingMode: 'PAY_PER_REQUEST',
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' },
      }),
    );
    const TimeToLiveSpecification = { AttributeName: 'expiresAt', Enabled: true };
    await client.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification }));
    const put = (id: string) => client.send(new PutItemCommand({ TableName, Item: { id: { S: id } } }));
    const stream = new StreamClient(endpoint, 'TEST', TableDescription?.LatestStreamArn ?? '');
    await put('read');
    const { records, next } = await stream.read(await stream.start('TRIM_HORIZON'), 10);
    expect(records).toHaveLength(1);
    await put('unread');

    process.kill(pid, 'SIGKILL');
    expect(await died).toBe('signal SIGKILL');
    await running.restart();
    expect(running.pid).not.toBe(pid);

    const { Item } = await client.send(new GetItemCommand({ TableName, Key: { id: { S: 'read' } } }));
    expect(Item).toEqual({ id: { S: 'read' } });
    const { TimeToLiveDescription } = await client.send(new DescribeTimeToLiveCommand({ TableName }));
    expect(TimeToLiveDescription).toEqual({ TimeToLiveStatus: 'ENABLED', AttributeName: 'expiresAt' });
    await put('new');
    const further = await stream.read(next, 10);
    expect(further.records.map(({ dynamodb }) => dynamodb.Keys.id?.S)).toEqual(['unread', 'new']);
    client.destroy();
  }, 180_000);
});
