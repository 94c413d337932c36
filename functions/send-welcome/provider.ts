import { ConditionalCheckFailedException, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { dynamoDb } from '#dynamodb';
import { FatalError } from '#errors';
import { tableName } from '../table-name.ts';

export interface Delivery {
  readonly channel: 'email' | 'sms';
  /** An e-mail address, or a telephone number in E.164. */
  readonly to: string;
  readonly text: string;
  /** The provider sends once per key, however often it is asked. */
  readonly idempotencyKey: string;
}

/**
 * Stands in for a provider of e-mail and SMS; put the client of yours here. It sends nothing but keeps a row per idempotency key in the Deliveries table. Yours
 * throws a `RetryableError` while it is unavailable or throttles, with the delay that it is told.
 *
 * @throws FatalError for an address that cannot exist: no `@`, a number that is not E.164
 */
export const send = async (delivery: Delivery, signal: AbortSignal): Promise<void> => {
  const { channel, to } = delivery;
  if (!validAddress[channel].test(to)) throw new FatalError(`'${to}' is not a valid ${channel} address`);
  try {
    await recordDelivery(delivery, signal);
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
  }
};

const validAddress = { email: /^[^@\s]+@[^@\s]+$/, sms: /^\+[1-9]\d{6,14}$/ } as const;

const recordDelivery = ({ channel, to, idempotencyKey }: Delivery, abortSignal: AbortSignal) =>
  dynamoDb.send(
    new UpdateItemCommand({
      TableName: tableName('Deliveries'),
      Key: { idempotencyKey: { S: idempotencyKey } },
      ConditionExpression: 'attribute_not_exists(idempotencyKey)',
      UpdateExpression: 'SET channel = :channel, recipient = :recipient ADD sends :one',
      ExpressionAttributeValues: { ':channel': { S: channel }, ':recipient': { S: to }, ':one': { N: '1' } },
    }),
    { abortSignal },
  );
