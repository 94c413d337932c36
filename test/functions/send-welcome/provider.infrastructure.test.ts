import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { dynamoDb } from '#dynamodb';
import { FatalError } from '#errors';
import { type StartedTables, startTables } from '#testing';
import * as provider from '../../../functions/send-welcome/provider.ts';
import { tableName } from '../../../functions/table-name.ts';
import { app } from '../../../lib/app.ts';

let tables: StartedTables;
beforeAll(async () => {
  tables = await startTables(app);
}, 180_000);
afterAll(() => tables.stop());

const send = (delivery: Partial<provider.Delivery>, signal = new AbortController().signal) =>
  provider.send(
    { channel: 'email', to: 'user-1@example.com', text: 'Welcome!', idempotencyKey: 'key', ...delivery },
    signal,
  );
const row = async (key: string) =>
  (await dynamoDb.send(new GetItemCommand({ TableName: tableName('Deliveries'), Key: { idempotencyKey: { S: key } } })))
    .Item;

describe('the stand-in for the provider', () => {
  it('sends once per key, however often it is asked', async () => {
    await send({ idempotencyKey: 'a:email' });
    await Promise.all([send({ idempotencyKey: 'a:email' }), send({ idempotencyKey: 'a:email' })]);
    expect(await row('a:email')).toMatchObject({
      sends: { N: '1' },
      channel: { S: 'email' },
      recipient: { S: 'user-1@example.com' },
    });
  });

  it.each([
    ['email', 'user-1.example.com'],
    ['email', ''],
    ['email', 'two words@example.com'],
    ['sms', '5550100'],
    ['sms', '+0123456789'],
  ] as const)('refuses an %s to %j for good', async (channel, to) => {
    await expect(send({ channel, to })).rejects.toThrow(FatalError);
  });

  it('sends to everybody else, whatever the name', async () => {
    for (const to of [
      'outage@example.com',
      'flaky+3.user@example.com',
      'throttled@example.com',
      'slow+60000@example.com',
    ]) {
      await send({ to, idempotencyKey: to });
      expect(await row(to)).toMatchObject({ sends: { N: '1' } });
    }
  });

  it('sends nothing when the time of the function is over', async () => {
    await expect(send({ idempotencyKey: 'late' }, AbortSignal.abort())).rejects.toThrow('aborted');
    expect(await row('late')).toBeUndefined();
  });
});
