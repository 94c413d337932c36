import { createHmac } from 'node:crypto';
import { ConditionalCheckFailedException, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { consumer } from '#consumer';
import { dynamoDb } from '#dynamodb';
import { personJoined } from '../../events.ts';
import { secret, variable } from '../settings.ts';
import { tableName } from '../table-name.ts';

/** Two effects outside of a transaction, each with a key of its own by which a repetition is recognized. */
export const handler = consumer({
  queue: 'send-note',
  message: personJoined,
  handle: async ({ id, body }) => {
    const signature = body.signed ? await signed(body.personId) : undefined;
    await note(`${id}:email`, signature);
    if (body.phone !== undefined) await note(`${id}:sms`, signature);
  },
});

const signed = async (text: string): Promise<string> =>
  createHmac('sha256', await secret('NOTE_KEY'))
    .update(text)
    .digest('hex');

const note = async (key: string, signature: string | undefined): Promise<void> => {
  try {
    await dynamoDb.send(
      new UpdateItemCommand({
        TableName: tableName('Notes'),
        Key: { noteKey: { S: key } },
        ConditionExpression: 'attribute_not_exists(noteKey)',
        UpdateExpression: 'SET sender = :sender, signature = :signature ADD sends :one',
        ExpressionAttributeValues: {
          ':sender': { S: variable('NOTE_SENDER') },
          ':signature': signature === undefined ? { NULL: true } : { S: signature },
          ':one': { N: '1' },
        },
      }),
    );
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
  }
};
