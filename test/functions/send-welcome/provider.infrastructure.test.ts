import { CreateTableCommand, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Delivery } from '../../../functions/send-welcome/provider.ts';
import { type RunningDynamoDb, startDynamoDb } from '../../../lib/platform/local/dynamodb/start-dynamodb.ts';
import { createDynamoDbClient } from '../../../lib/platform/runtime/claims/dynamodb-client.ts';
import { FatalError, RetryableError } from '../../../lib/platform/runtime/errors.ts';

let store: RunningDynamoDb;
let provider: typeof import('../../../functions/send-welcome/provider.ts');
let client: ReturnType<typeof createDynamoDbClient>;

beforeAll(async () => {
  store = await startDynamoDb();
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: store.endpoint,
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    TABLE_DELIVERIES: 'deliveries',
  });
  client = createDynamoDbClient();
  await client.send(
    new CreateTableCommand({
      TableName: 'deliveries',
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [{ AttributeName: 'idempotencyKey', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'idempotencyKey', AttributeType: 'S' }],
    }),
  );
  provider = await import('../../../functions/send-welcome/provider.ts');
}, 180_000);

afterAll(async () => {
  client.destroy();
  (await import('../../../lib/platform/runtime/dynamodb.ts')).dynamoDb.destroy();
  await store.stop();
});

const send = (delivery: Partial<Delivery>, attempt = 1) =>
  provider.send(
    { channel: 'email', to: 'user-1@example.com', text: 'Welcome!', idempotencyKey: 'key', ...delivery },
    { attempt, signal: new AbortController().signal },
  );
const row = async (key: string) =>
  (await client.send(new GetItemCommand({ TableName: 'deliveries', Key: { idempotencyKey: { S: key } } }))).Item;

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
