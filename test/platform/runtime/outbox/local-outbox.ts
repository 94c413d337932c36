import { CreateTableCommand, waitUntilTableExists } from '@aws-sdk/client-dynamodb';
import { outboxTable } from '../../../../lib/platform/config/table-shapes.ts';
import type { LocalTables } from '../../local/dynamodb/local-tables.ts';

let count = 0;

/** A new outbox table in the local DynamoDB. */
export const createOutboxTable = async ({ client }: LocalTables): Promise<string> => {
  const TableName = `outbox-${++count}`;
  const { partitionKey, sortKey, pendingIndex } = outboxTable;
  await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [
        { AttributeName: partitionKey, KeyType: 'HASH' },
        { AttributeName: sortKey, KeyType: 'RANGE' },
      ],
      AttributeDefinitions: [partitionKey, sortKey, pendingIndex].map((AttributeName) => ({
        AttributeName,
        AttributeType: 'S',
      })),
      LocalSecondaryIndexes: [
        {
          IndexName: pendingIndex,
          KeySchema: [
            { AttributeName: partitionKey, KeyType: 'HASH' },
            { AttributeName: pendingIndex, KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'KEYS_ONLY' },
        },
      ],
    }),
  );
  await waitUntilTableExists({ client, maxWaitTime: 5, minDelay: 0.01, maxDelay: 0.05 }, { TableName });
  return TableName;
};
