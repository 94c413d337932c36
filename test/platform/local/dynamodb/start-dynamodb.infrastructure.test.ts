import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import {
  GetItemCommand,
  ListTablesCommand,
  PutItemCommand,
  QueryCommand,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { afterEach, describe, expect, it } from '@jest/globals';
import { startDynamoDb } from '../../../../lib/platform/local/dynamodb/start-dynamodb.ts';
import { authorize } from '../../../../lib/platform/local/iam/authorize.ts';
import type { PolicyStatement } from '../../../../lib/platform/local/iam/policy-statement.ts';
import { createDynamoDbClient } from '../../../../lib/platform/runtime/claims/dynamodb-client.ts';
import { type LocalTables, startLocalTables } from './local-tables.ts';

const runs = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};
const ends = async (pid: number): Promise<boolean> => {
  for (let tries = 0; tries < 100 && runs(pid); tries++) await new Promise((resolve) => setTimeout(resolve, 50));
  return !runs(pid);
};

describe('the process of the local DynamoDB', () => {
  it('is gone when stopped', async () => {
    const running = await startDynamoDb();
    expect(runs(running.pid)).toBe(true);
    await running.stop();
    expect(runs(running.pid)).toBe(false);
    await running.exited;
  }, 180_000);

  it('is gone when the process that started it is killed', async () => {
    const start = fileURLToPath(new URL('../../../../lib/platform/local/dynamodb/start-dynamodb.ts', import.meta.url));
    const script = `const { startDynamoDb } = await import(${JSON.stringify(start)}); console.log((await startDynamoDb()).pid);`;
    const parent = spawn(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', script],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    try {
      const [line] = (await once(parent.stdout, 'data')) as [Buffer];
      const pid = Number(line.toString());
      expect(runs(pid)).toBe(true);
      parent.kill('SIGKILL');
      expect(await ends(pid)).toBe(true);
    } finally {
      parent.kill('SIGKILL');
    }
  }, 180_000);

  it('says in one line that its port is taken', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as { port: number };
    await expect(startDynamoDb({ port })).rejects.toThrow(/^the local DynamoDB did not start: .*EADDRINUSE.*$/);
    await new Promise((resolve) => other.close(resolve));
  }, 180_000);

  it('answers no request that is not signed', async () => {
    const running = await startDynamoDb();
    try {
      const response = await fetch(running.endpoint, {
        method: 'POST',
        headers: { 'x-amz-target': 'DynamoDB_20120810.ListTables', 'content-type': 'application/x-amz-json-1.0' },
        body: '{}',
      });
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({ __type: expect.stringContaining('MissingAuthenticationToken') });
    } finally {
      await running.stop();
    }
  }, 180_000);
});

describe('a function', () => {
  const policies: Record<string, PolicyStatement[]> = {
    TEST: [{ Effect: 'Allow', Action: 'dynamodb:*', Resource: '*' }],
    READER: [
      {
        Effect: 'Allow',
        Action: ['dynamodb:GetItem', 'dynamodb:Query'],
        Resource: 'arn:aws:dynamodb:*:*:table/table-1',
      },
    ],
    WRITER: [{ Effect: 'Allow', Action: 'dynamodb:PutItem', Resource: 'arn:aws:dynamodb:*:*:table/table-1' }],
  };
  let tables: LocalTables;
  let asked: string[];
  const start = async () => {
    asked = [];
    tables = await startLocalTables({
      authorize: (accessKeyId, action, resource) => {
        asked.push(`${accessKeyId} ${action}`);
        return authorize(policies[accessKeyId] ?? [], action, resource, {
          principal: `arn:aws:sts::1:role/${accessKeyId}`,
        });
      },
    });
    return tables.table();
  };
  afterEach(() => tables.stop());

  it('may do what its policy allows, and what it does not allow is refused as on AWS', async () => {
    const TableName = await start();
    const reader = tables.clientOf('READER');
    await reader.send(new GetItemCommand({ TableName, Key: { id: { S: '1' } } }));
    await expect(reader.send(new PutItemCommand({ TableName, Item: { id: { S: '1' } } }))).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message:
        'User: arn:aws:sts::1:role/READER is not authorized to perform: dynamodb:PutItem on resource: ' +
        'arn:aws:dynamodb:us-east-1:000000000000:table/table-1 because no identity-based policy allows the dynamodb:PutItem action',
    });
    const { Item } = await reader.send(new GetItemCommand({ TableName, Key: { id: { S: '1' } } }));
    expect(Item).toBeUndefined();
    expect(asked.filter((question) => question === 'READER dynamodb:GetItem')).toHaveLength(1);
  }, 180_000);

  it('needs the permission of every item of a transaction, and that of the index that it queries', async () => {
    const TableName = await start();
    const Key = { id: { S: '1' } };
    const transaction = new TransactWriteItemsCommand({
      TransactItems: [
        { Put: { TableName, Item: { id: { S: '2' } } } },
        { ConditionCheck: { TableName, Key, ConditionExpression: 'attribute_not_exists(id)' } },
      ],
    });
    await expect(tables.clientOf('WRITER').send(transaction)).rejects.toThrow('dynamodb:ConditionCheckItem');
    await expect(
      tables
        .clientOf('READER')
        .send(new QueryCommand({ TableName, IndexName: 'by-date', KeyConditionExpression: 'id = :a' })),
    ).rejects.toThrow('table/table-1/index/by-date');
  }, 180_000);

  it('gains at once what a policy allows later, and loses what it no longer allows when decisions are forgotten', async () => {
    let isAllowed = false;
    const running = await startDynamoDb({
      authorize: () =>
        isAllowed ? { allowed: true } : { allowed: false, code: 'AccessDeniedException', message: 'no' },
    });
    const client = createDynamoDbClient({
      endpoint: running.endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'LATE', secretAccessKey: 'x' },
    });
    const list = () => client.send(new ListTablesCommand({}));
    try {
      await expect(list()).rejects.toThrow('no');
      isAllowed = true;
      await list();
      isAllowed = false;
      await list();
      running.forgetDecisions();
      // The store is a process of its own, which takes its time to hear of it.
      const refused = () => list().then(() => undefined, String);
      for (let tries = 0; tries < 200 && (await refused()) === undefined; tries += 1) await sleep(50);
      await expect(list()).rejects.toThrow('no');
    } finally {
      client.destroy();
      await running.stop();
    }
  }, 180_000);

  it('that nobody knows may do nothing', async () => {
    await start();
    await expect(tables.clientOf('STRANGER').send(new ListTablesCommand({}))).rejects.toThrow(
      'dynamodb:ListTables on resource: *',
    );
  }, 180_000);
});
