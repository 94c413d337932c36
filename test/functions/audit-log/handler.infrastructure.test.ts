import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { dynamoDb } from '#dynamodb';
import { deliver, type StartedTables, startTables } from '#testing';
import { handler } from '../../../functions/audit-log/handler.ts';
import { tableName } from '../../../functions/table-name.ts';
import { app } from '../../../lib/app.ts';

let tables: StartedTables;
beforeAll(async () => {
  tables = await startTables(app);
}, 180_000);
afterAll(() => tables.stop());

const row = async (messageId: string) =>
  (await dynamoDb.send(new GetItemCommand({ TableName: tableName('AuditLog'), Key: { messageId: { S: messageId } } })))
    .Item;

it('what is recorded of a message stays, whoever sends another one with its id; how many came is counted', async () => {
  expect((await deliver(app, handler, [{ type: 'order.placed', orderId: 'order-1' }])).failures).toEqual([]);
  const first = await row('message-1');
  expect(first).toMatchObject({ copies: { N: '1' }, bytes: { N: '43' } });
  expect((await deliver(app, handler, [{ forged: true }])).failures).toEqual([]);
  expect(await row('message-1')).toEqual({ ...first, copies: { N: '2' } });
});
