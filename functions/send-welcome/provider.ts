import { setTimeout } from 'node:timers/promises';
import { ConditionalCheckFailedException, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { dynamoDb } from '#dynamodb';
import { FatalError, RetryableError } from '#errors';
import { tableName } from '../table-name.ts';

export interface Delivery {
  readonly channel: 'email' | 'sms';
  /** An e-mail address, or a telephone number in E.164. */
  readonly to: string;
  readonly text: string;
  /** The provider sends once per key, however often it is asked. */
  readonly idempotencyKey: string;
}

export interface SendOptions {
  /** Attempt of the message; only a sandbox looks at it. */
  readonly attempt: number;
  readonly signal: AbortSignal;
}

/**
 * Stands in for a provider of e-mail and SMS; put the client of yours here. It sends nothing but keeps a row per
 * idempotency key in the Deliveries table, and like the sandboxes of real providers it has addresses that fail on demand:
 *
 * | address | what happens |
 * | --- | --- |
 * | `flaky+2…@example.com` | the provider is unavailable at the first 2 attempts |
 * | `throttled…@example.com` | 429 at the first attempt, with the time after which to try again |
 * | `outage…@example.com` | the provider is unavailable at every attempt |
 * | `slow+400…@example.com` | takes 400 ms |
 * | `crash…@example.com` | ends the process, as a defect in native code would |
 * | no `@`, a number that is not E.164 | invalid: fatal |
 *
 * @throws RetryableError when the provider is unavailable or throttles
 * @throws FatalError for an address that cannot exist
 */
export const send = async (delivery: Delivery, options: SendOptions): Promise<void> => {
  await behaveAsAsked(delivery, options);
  try {
    await recordDelivery(delivery);
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
  }
};

const validAddress = { email: /^[^@\s]+@[^@\s]+$/, sms: /^\+[1-9]\d{6,14}$/ } as const;

const behaveAsAsked = async ({ channel, to }: Delivery, { attempt, signal }: SendOptions): Promise<void> => {
  if (!validAddress[channel].test(to)) throw new FatalError(`'${to}' is not a valid ${channel} address`);
  const [, kind, number] = /^(flaky|throttled|outage|slow|crash)(?:\+(\d+))?(?=[.@])/.exec(to) ?? [];
  if (kind === 'slow') await setTimeout(Number(number ?? 400), undefined, { signal });
  if (kind === 'crash') process.kill(process.pid, 'SIGKILL');
  if (kind === 'throttled' && attempt === 1)
    throw new RetryableError('the provider throttles: 429 Too Many Requests', { delaySeconds: 2 });
  if (kind === 'outage' || (kind === 'flaky' && attempt <= Number(number ?? 1)))
    throw new RetryableError('the provider is unavailable: 503 Service Unavailable');
};

const recordDelivery = ({ channel, to, idempotencyKey }: Delivery) =>
  dynamoDb.send(
    new UpdateItemCommand({
      TableName: tableName('Deliveries'),
      Key: { idempotencyKey: { S: idempotencyKey } },
      ConditionExpression: 'attribute_not_exists(idempotencyKey)',
      UpdateExpression: 'SET channel = :channel, recipient = :recipient ADD sends :one',
      ExpressionAttributeValues: { ':channel': { S: channel }, ':recipient': { S: to }, ':one': { N: '1' } },
    }),
  );
