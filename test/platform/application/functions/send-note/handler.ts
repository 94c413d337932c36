import { ConditionalCheckFailedException, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { consumer } from '#consumer';
import { dynamoDb } from '#dynamodb';
import { personJoined } from '../../events.ts';
import { suffer } from '../suffer.ts';
import { tableName } from '../table-name.ts';

/** Two effects outside of a transaction, each with a key of its own by which a repetition is recognized. */
export const handler = consumer({
  queue: 'send-note',
  message: personJoined,
  handle: async ({ id, attempt, body }, { signal }) => {
    await suffer(body.fault, { attempt, signal });
    await note(`${id}:email`);
    if (body.phone !== undefined) await note(`${id}:sms`);
  },
});

const note = async (key: string): Promise<void> => {
  try {
    await dynamoDb.send(
      new UpdateItemCommand({
        TableName: tableName('Notes'),
        Key: { noteKey: { S: key } },
        ConditionExpression: 'attribute_not_exists(noteKey)',
        UpdateExpression: 'ADD sends :one',
        ExpressionAttributeValues: { ':one': { N: '1' } },
      }),
    );
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
  }
};
