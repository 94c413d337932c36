import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { dynamoDb } from '#dynamodb';
import { FatalError, RetryableError } from '#errors';
import { type StartedTables, startTables } from '#testing';
import * as provider from '../../../functions/send-welcome/provider.ts';
import { tableName } from '../../../functions/table-name.ts';
import { app } from '../../../lib/app.ts';

let tables: StartedTables;
beforeAll(async () => {
  tables = await startTables(app);
}, 180_000);
afterAll(() => tables.stop());

const send = (delivery: Partial<provider.Delivery>, attempt = 1) =>
  provider.send(
    { channel: 'email', to: 'user-1@example.com', text: 'Welcome!', idempotencyKey: 'key', ...delivery },
    { attempt, signal: new AbortController().signal },
  );
const row = async (key: string) =>
  (await dynamoDb.send(new GetItemCommand({ TableName: tableName('Deliveries'), Key: { idempotencyKey: { S: key } } })))
    .Item;

describe('the sandbox of the provider', () => {
  it('sends once per key, however often it is asked', async () => {
    await send({ idempotencyKey: 'a:email' });
    await Promise.all([send({ idempotencyKey: 'a:email' }), send({ idempotencyKey: 'a:email' })]);
    expect(await row('a:email')).toMatchObject({
      sends: { N: '1' },
      channel: { S: 'email' },
      recipient: { S: 'user-1@example.com' },
    });
  });

  it.each([1, 2, 3])('is unavailable to flaky+%i at as many attempts, then sends', async (failures) => {
    const delivery = { to: `flaky+${failures}.user@example.com`, idempotencyKey: `flaky-${failures}:email` };
    for (let attempt = 1; attempt <= failures; attempt += 1)
      await expect(send(delivery, attempt)).rejects.toThrow(RetryableError);
    expect(await row(delivery.idempotencyKey)).toBeUndefined();
    await send(delivery, failures + 1);
    expect(await row(delivery.idempotencyKey)).toMatchObject({ sends: { N: '1' } });
  });

  it('says when to come back while it throttles', async () => {
    const error = await send({ to: 'throttled.user@example.com' }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(RetryableError);
    expect(error).toMatchObject({ delaySeconds: 2 });
    await expect(send({ to: 'throttled.user@example.com', idempotencyKey: 'throttled' }, 2)).resolves.toBeUndefined();
  });

  it('never sends in an outage', async () => {
    await expect(send({ to: 'outage@example.com' }, 99)).rejects.toThrow(RetryableError);
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

  it('takes its time for slow addresses, but not longer than the function has', async () => {
    const begun = performance.now();
    await send({ to: 'slow+100.user@example.com', idempotencyKey: 'slow' });
    expect(performance.now() - begun).toBeGreaterThanOrEqual(99);
    const signal = AbortSignal.timeout(20);
    const delivery = { channel: 'email', to: 'slow+60000@example.com', text: '', idempotencyKey: 'never' } as const;
    await expect(provider.send(delivery, { attempt: 1, signal })).rejects.toThrow('aborted');
  });

  it('treats everybody else alike, whatever their name', async () => {
    await expect(send({ to: 'slowik@example.com', idempotencyKey: 'slowik' })).resolves.toBeUndefined();
    await expect(send({ to: 'crashley@example.com', idempotencyKey: 'crashley' })).resolves.toBeUndefined();
  });
});
