import { setImmediate as turn } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { Front } from '../../../../lib/platform/local/dynamodb/front.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const TableName = 'orders';
const authorization =
  'AWS4-HMAC-SHA256 Credential=TEST/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=none';

let clock: VirtualClock;
let front: Front;
/** Within one process nothing is between two requests: the first is in progress when the second arrives. */
const call = async (operation: string, input: unknown) => {
  const headers = {
    'content-type': 'application/x-amz-json-1.0',
    'x-amz-target': `DynamoDB_20120810.${operation}`,
    'x-amz-date': '20260101T000000Z',
    authorization,
  };
  const body = Buffer.from(JSON.stringify(input));
  const answer = await front.handle({ method: 'POST', url: '/', headers, body });
  return JSON.parse(answer.body) as Record<string, unknown>;
};

beforeEach(async () => {
  clock = new VirtualClock();
  front = new Front({ region: 'us-east-1', accountId: '000000000000' }, undefined, clock.now);
  await call('CreateTable', {
    TableName,
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
  });
  // Creating a table takes a turn of the event loop.
  while (((await call('DescribeTable', { TableName })).Table as { TableStatus: string }).TableStatus !== 'ACTIVE');
  // The keys of a table are asked for once.
  await transaction(['warm']);
});

const Key = (id: string) => ({ id: { S: id } });
const increment = (id: string) => ({
  TableName,
  Key: Key(id),
  UpdateExpression: 'ADD writes :one',
  ExpressionAttributeValues: { ':one': { N: '1' } },
});
const transaction = (ids: readonly string[], token?: string) =>
  call('TransactWriteItems', {
    TransactItems: ids.map((id) => ({ Update: increment(id) })),
    ...(token && { ClientRequestToken: token }),
  });
const writes = async (id: string) =>
  Number(
    ((await call('GetItem', { TableName, Key: Key(id) })).Item as { writes: { N: string } } | undefined)?.writes.N,
  );
const cancelledWith = (...codes: string[]) => ({
  __type: expect.stringMatching(/#TransactionCanceledException$/),
  message: `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes.join(', ')}]`,
  CancellationReasons: codes.map((Code) => expect.objectContaining({ Code })),
});

describe('a transaction in progress', () => {
  it('makes another that overlaps with it conflict, at the item that both write', async () => {
    const [first, second] = await Promise.all([transaction(['a', 'shared']), transaction(['b', 'shared', 'c'])]);
    expect(first).toEqual({});
    expect(second).toEqual(cancelledWith('None', 'TransactionConflict', 'None'));
    expect([await writes('shared'), await writes('b')]).toEqual([1, Number.NaN]);
  });

  it('leaves alone what does not overlap with it', async () => {
    expect(await Promise.all([transaction(['a', 'b']), transaction(['c', 'd'])])).toEqual([{}, {}]);
  });

  it('is over once it is answered, also when it was cancelled', async () => {
    const impossible = { ConditionCheck: { TableName, Key: Key('a'), ConditionExpression: 'attribute_exists(id)' } };
    expect(await call('TransactWriteItems', { TransactItems: [impossible] })).toEqual(
      cancelledWith('ConditionalCheckFailed'),
    );
    expect(await transaction(['a'])).toEqual({});
    expect(await transaction(['a'])).toEqual({});
  });

  it.each([
    ['UpdateItem', increment('a')],
    ['PutItem', { TableName, Item: Key('a') }],
    ['DeleteItem', { TableName, Key: Key('a') }],
  ])('makes %s of one of its items fail', async (operation, input) => {
    const inProgress = transaction(['a']);
    await turn();
    expect(await call(operation, input)).toMatchObject({
      __type: expect.stringMatching(/#TransactionConflictException$/),
      message: 'Transaction is ongoing for the item',
    });
    await inProgress;
    expect(await writes('a')).toBe(1);
  });

  it('lets its items be read one by one, but not together', async () => {
    const inProgress = transaction(['a']);
    await turn();
    const [one, together] = await Promise.all([
      call('GetItem', { TableName, Key: Key('a') }),
      call('TransactGetItems', { TransactItems: [{ Get: { TableName, Key: Key('a') } }] }),
    ]);
    expect(one.__type).toBeUndefined();
    expect(together).toEqual(cancelledWith('TransactionConflict'));
    await inProgress;
  });
});

describe('a request token', () => {
  it('that is sent again while its transaction is in progress is told so', async () => {
    const [first, second] = await Promise.all([transaction(['a'], 'token'), transaction(['a'], 'token')]);
    expect(first).toEqual({});
    expect(second).toMatchObject({ __type: expect.stringMatching(/#TransactionInProgressException$/) });
    expect(await transaction(['a'], 'token')).toEqual({});
    expect(await writes('a')).toBe(1);
  });

  it('is remembered for ten minutes after its transaction has committed', async () => {
    await transaction(['a'], 'token');
    clock.jump(599_999);
    await transaction(['a'], 'token');
    expect(await writes('a')).toBe(1);
    clock.jump(1);
    await transaction(['a'], 'token');
    expect(await writes('a')).toBe(2);
  });
});
