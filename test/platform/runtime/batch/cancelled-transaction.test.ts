import { TransactionCanceledException, type TransactWriteItem } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from '@jest/globals';
import { isContention, namingItems } from '../../../../lib/platform/runtime/batch/cancelled-transaction.ts';

const cancelled = (...codes: string[]) =>
  new TransactionCanceledException({
    message: 'Transaction cancelled, please refer …',
    CancellationReasons: codes.map((Code) => ({ Code })),
    $metadata: {},
  });
const named = (name: string) => Object.assign(new Error('x'), { name });
const messageOf = (error: unknown) => (error as Error).message;

describe('contention', () => {
  it.each([
    ['one conflict', cancelled('None', 'TransactionConflict'), true],
    ['throttling', cancelled('ThrottlingError', 'ProvisionedThroughputExceeded'), true],
    ['a request that is in progress', named('TransactionInProgressException'), true],
    ['throttling of the request', named('ThrottlingException'), true],
    ['a failed condition', cancelled('ConditionalCheckFailed'), false],
    ['a failed condition beside a conflict', cancelled('TransactionConflict', 'ConditionalCheckFailed'), false],
    ['an invalid item', cancelled('ValidationError'), false],
    ['a cancellation without reasons', cancelled(), false],
    ['a lost connection', named('ECONNRESET'), false],
    ['no error', 'text', false],
  ])('%s: %s %s', (_name, error, expected) => {
    expect(isContention(error)).toBe(expected);
  });
});

describe('the items that cancelled a transaction', () => {
  it('are named, a put by the attributes that its condition names', () => {
    const put: TransactWriteItem = {
      Put: {
        TableName: 'orders',
        Item: { orderId: { S: '1' }, customer: { S: 'secret' } },
        ConditionExpression: 'attribute_not_exists(#id)',
        ExpressionAttributeNames: { '#id': 'orderId' },
      },
    };
    expect(messageOf(namingItems(cancelled('ConditionalCheckFailed', 'None'), [put]))).toBe(
      'transact wrote nothing: Put of {"orderId":{"S":"1"}} in table orders (items[0]) if attribute_not_exists(#id): ConditionalCheckFailed',
    );
  });

  it('are at most five, within 4 KiB', () => {
    const items = Array.from(
      { length: 99 },
      (_, n): TransactWriteItem => ({
        Delete: { TableName: 'orders', Key: { id: { S: `${n}${'x'.repeat(3000)}` } } },
      }),
    );
    const message = messageOf(namingItems(cancelled(...items.map(() => 'ConditionalCheckFailed')), items));
    expect(Buffer.byteLength(message)).toBeLessThanOrEqual(4096);
    expect(message).toMatch(/^transact wrote nothing: Delete of \{"id":\{"S":"0xxx/);
  });

  it('leave other errors as they are', () => {
    const error = new Error('lost');
    expect(namingItems(error, [])).toBe(error);
  });
});
