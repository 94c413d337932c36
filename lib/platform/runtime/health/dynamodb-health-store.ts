import { type DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { healthTable } from '../../config/table-shapes.ts';
import { createDynamoDbClient } from '../claims/dynamodb-client.ts';
import type { HealthRecord } from './health-record.ts';
import type { HealthStore } from './health-reporter.ts';

/** Nobody looks back further than an hour. */
const keptMilliseconds = 2 * 3_600_000;

/** Who waits for it is a batch: what does not get through goes with the next report. */
const oneTryClient = (): DynamoDBClient =>
  createDynamoDbClient({
    maxAttempts: 1,
    requestHandler: { connectionTimeout: 500, requestTimeout: 1000, throwOnRequestTimeout: true },
  });

/** The records in a table. */
export class DynamoDbHealthStore implements HealthStore {
  readonly #client: DynamoDBClient;
  readonly #tableName: string;
  readonly #consumer: string;

  constructor(consumer: string, tableName: string, client: DynamoDBClient = oneTryClient()) {
    this.#client = client;
    this.#tableName = tableName;
    this.#consumer = consumer;
  }

  /** A request that is repeated after a lost answer counts successes twice: a rate does not mind. */
  async add({ at, succeeded, recovered, failed, failedUnnamed }: HealthRecord): Promise<void> {
    // DynamoDB knows no empty sets.
    const sets = Object.entries({ recovered, failed }).filter(([, tokens]) => tokens.length > 0);
    await this.#client.send(
      new UpdateItemCommand({
        TableName: this.#tableName,
        Key: {
          [healthTable.partitionKey]: { S: this.#consumer },
          [healthTable.sortKey]: { S: new Date(at).toISOString() },
        },
        UpdateExpression: `SET ${healthTable.expiryAttribute} = :expiry ADD ${['succeeded', 'failedUnnamed', ...sets.map(([name]) => name)].map((name) => `${name} :${name}`).join(', ')}`,
        ExpressionAttributeValues: {
          ':expiry': { N: String(Math.ceil((at + keptMilliseconds) / 1000)) },
          ':succeeded': { N: String(succeeded) },
          ':failedUnnamed': { N: String(failedUnnamed) },
          ...Object.fromEntries(sets.map(([name, tokens]) => [`:${name}`, { SS: [...tokens] }])),
        },
      }),
    );
  }
}
