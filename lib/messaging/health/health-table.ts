import { type DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { createDynamoDbClient } from '../claims/dynamodb-client.ts';
import type { AttemptCounts, HealthStore } from './health-reporter.ts';

/** One item for each consumer, with how many of its attempts have `succeeded` and `failed` since it was first deployed. */
export const healthTable = { partitionKey: 'consumer' } as const;

/** Who waits for it is a batch that is done: what does not get through goes with the next report. */
const hastyClient = (): DynamoDBClient =>
  createDynamoDbClient({
    maxAttempts: 1,
    requestHandler: { connectionTimeout: 500, requestTimeout: 1000, throwOnRequestTimeout: true },
  });

/** The counters in a table. */
export class DynamoDbHealthStore implements HealthStore {
  readonly #client: DynamoDBClient;
  readonly #tableName: string;
  readonly #consumer: string;

  constructor(consumer: string, tableName: string, client: DynamoDBClient = hastyClient()) {
    this.#client = client;
    this.#tableName = tableName;
    this.#consumer = consumer;
  }

  /** A request that is repeated after a lost answer may count twice: a rate does not mind. */
  async add({ succeeded, failed }: AttemptCounts): Promise<void> {
    await this.#client.send(
      new UpdateItemCommand({
        TableName: this.#tableName,
        Key: { [healthTable.partitionKey]: { S: this.#consumer } },
        UpdateExpression: 'ADD succeeded :succeeded, failed :failed',
        ExpressionAttributeValues: { ':succeeded': { N: String(succeeded) }, ':failed': { N: String(failed) } },
      }),
    );
  }
}
