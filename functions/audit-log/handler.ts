import { createHash } from 'node:crypto';
import { UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { consumer } from '#consumer';
import { dynamoDb } from '#dynamodb';
import { tableName } from '../table-name.ts';

/**
 * Records what was published, whatever it is: no schema, bytes as they came. It keeps the first message with an id; a later one cannot overwrite it. `copies` counts
 * how often the id came, redeliveries included, so no claim is needed.
 */
export const handler = consumer({
  queue: 'audit-log',
  claims: 'none',
  handle: async ({ id, properties, bytes }, { signal }) => {
    const recorded = {
      messageType: { S: properties.type ?? '' },
      contentType: { S: properties.contentType ?? '' },
      bytes: { N: String(bytes.length) },
      sha256: { S: createHash('sha256').update(bytes).digest('hex') },
    };
    const names = Object.keys(recorded);
    await dynamoDb.send(
      new UpdateItemCommand({
        TableName: tableName('AuditLog'),
        Key: { messageId: { S: id } },
        UpdateExpression: `SET ${names.map((name) => `#${name} = if_not_exists(#${name}, :${name})`).join(', ')} ADD copies :one`,
        ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
        ExpressionAttributeValues: {
          ...Object.fromEntries(Object.entries(recorded).map(([name, value]) => [`:${name}`, value])),
          ':one': { N: '1' },
        },
      }),
      { abortSignal: signal },
    );
  },
});
