import type { TransactWriteItem } from '@aws-sdk/client-dynamodb';
import { consumer } from '#consumer';
import { thingEvent } from '../../events.ts';
import { tableName } from '../table-name.ts';

/** Ordered, with its one effect in the transaction of the claim: exactly once. */
export const handler = consumer({
  queue: 'keep-thing',
  message: thingEvent,
  orderBy: ({ body }) => body.thingId,
  handle: ({ id, body }, { transact }) => transact([write(body, id)]),
});

/** A write counts itself and names its message: an effect that happened twice would make `writes` larger than `writtenBy`. */
const write = ({ type, thingId }: { type: string; thingId: string }, messageId: string): TransactWriteItem => ({
  Update: {
    TableName: tableName('Things'),
    Key: { thingId: { S: thingId } },
    // What has not been made yet cannot end: the transaction fails, and the message is retried.
    ...(type === 'thing.ended' && { ConditionExpression: 'attribute_exists(thingId)' }),
    UpdateExpression: 'SET lastEvent = :type ADD writes :one, writtenBy :message',
    ExpressionAttributeValues: { ':type': { S: type }, ':one': { N: '1' }, ':message': { SS: [messageId] } },
  },
});
