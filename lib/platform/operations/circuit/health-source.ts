import { type DynamoDBClient, paginateQuery } from '@aws-sdk/client-dynamodb';
import { healthTable } from '../../config/table-shapes.ts';
import type { HealthRecord } from '../../runtime/health/health-record.ts';

/** How consumers fare, as they say themselves. */
export interface HealthSource {
  /** Records that begin at this moment, in milliseconds since the epoch, or later; the earliest first. */
  read(consumer: string, from: number): Promise<readonly HealthRecord[]>;
}

export class DynamoDbHealthSource implements HealthSource {
  readonly #client: DynamoDBClient;
  readonly #tableName: string;

  constructor({ client, tableName }: { readonly client: DynamoDBClient; readonly tableName: string }) {
    this.#client = client;
    this.#tableName = tableName;
  }

  async read(consumer: string, from: number): Promise<readonly HealthRecord[]> {
    const records: HealthRecord[] = [];
    const pages = paginateQuery(
      { client: this.#client },
      {
        TableName: this.#tableName,
        KeyConditionExpression: '#consumer = :consumer AND #at >= :from',
        ExpressionAttributeNames: { '#consumer': healthTable.partitionKey, '#at': healthTable.sortKey },
        ExpressionAttributeValues: { ':consumer': { S: consumer }, ':from': { S: new Date(from).toISOString() } },
        ConsistentRead: true,
      },
    );
    for await (const { Items = [] } of pages)
      for (const { [healthTable.sortKey]: at, succeeded, recovered, failed, failedUnnamed } of Items)
        records.push({
          at: Date.parse(at?.S ?? ''),
          succeeded: Number(succeeded?.N ?? 0),
          recovered: recovered?.SS ?? [],
          failed: failed?.SS ?? [],
          failedUnnamed: Number(failedUnnamed?.N ?? 0),
        });
    return records;
  }
}
