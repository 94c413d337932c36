import { createHash } from 'node:crypto';
import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { consumer } from '#consumer';
import { dynamoDb } from '#dynamodb';
import { tableName } from '../table-name.ts';

/** Without schema and without claims: bytes as they came, in a row that may be written again. */
export const handler = consumer({
  queue: 'log-all',
  claims: 'none',
  handle: async ({ id, properties, bytes }, { signal }) => {
    await dynamoDb.send(
      new PutItemCommand({
        TableName: tableName('Log'),
        Item: {
          messageId: { S: id },
          messageType: { S: properties.type ?? '' },
          bytes: { N: String(bytes.length) },
          sha256: { S: createHash('sha256').update(bytes).digest('hex') },
        },
      }),
      { abortSignal: signal },
    );
  },
});
