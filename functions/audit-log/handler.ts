import { createHash } from 'node:crypto';
import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { consumer } from '#consumer';
import { dynamoDb } from '#dynamodb';
import { tableName } from '../table-name.ts';

/**
 * Records what was published, whatever it is: no schema, bytes as they came. The row has the message id as its key, so
 * writing it again changes nothing and no claim is needed.
 */
export const handler = consumer({
  queue: 'audit-log',
  claims: 'none',
  handle: async ({ id, properties, bytes }, { signal }) => {
    await dynamoDb.send(
      new PutItemCommand({
        TableName: tableName('AuditLog'),
        Item: {
          messageId: { S: id },
          messageType: { S: properties.type ?? '' },
          contentType: { S: properties.contentType ?? '' },
          bytes: { N: String(bytes.length) },
          sha256: { S: createHash('sha256').update(bytes).digest('hex') },
        },
      }),
      { abortSignal: signal },
    );
  },
});
