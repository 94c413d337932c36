import { CreateTableCommand, DescribeTableCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type DynamoDbOptions, startDynamoDb } from '../../../../lib/platform/local/dynamodb/start-dynamodb.ts';
import { createDynamoDbClient } from '../../../../lib/platform/runtime/claims/dynamodb-client.ts';

export interface LocalTables {
  readonly endpoint: string;
  readonly client: DynamoDBClient;
  clientOf(accessKeyId: string): DynamoDBClient;
  /** A new table with the string partition key `id`. */
  table(): Promise<string>;
  stop(): Promise<void>;
}

/** A local DynamoDB for the tests of one file. */
export const startLocalTables = async (options: DynamoDbOptions = {}): Promise<LocalTables> => {
  const running = await startDynamoDb(options);
  const clients: DynamoDBClient[] = [];
  const clientOf = (accessKeyId: string): DynamoDBClient => {
    const client = createDynamoDbClient({
      endpoint: running.endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId, secretAccessKey: 'not-verified' },
    });
    clients.push(client);
    return client;
  };
  const client = clientOf('TEST');
  let tables = 0;
  return {
    endpoint: running.endpoint,
    client,
    clientOf,
    table: async () => {
      const TableName = `table-${++tables}`;
      await client.send(
        new CreateTableCommand({
          TableName,
          BillingMode: 'PAY_PER_REQUEST',
          KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
          AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        }),
      );
      await active(client, TableName);
      return TableName;
    },
    stop: async () => {
      for (const each of clients) each.destroy();
      await running.stop();
    },
  };
};

const active = async (client: DynamoDBClient, TableName: string): Promise<void> => {
  for (let tries = 0; tries < 100; tries++) {
    const { Table } = await client.send(new DescribeTableCommand({ TableName }));
    if (Table?.TableStatus === 'ACTIVE') return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`table ${TableName} is not active after 1 s`);
};
