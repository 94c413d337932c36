import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { healthTable } from '../../messaging/health/health-table.ts';
import type { AttemptCounters } from './circuit.ts';
import { readItems } from './read-items.ts';

/** How consumers fare, as they say themselves. */
export interface HealthSource {
  /** Zeros for a consumer that has not reported yet. */
  counters(consumers: readonly string[]): Promise<ReadonlyMap<string, AttemptCounters>>;
}

export class DynamoDbHealthSource implements HealthSource {
  readonly #client: DynamoDBClient;
  readonly #tableName: string;

  constructor({ client, tableName }: { readonly client: DynamoDBClient; readonly tableName: string }) {
    this.#client = client;
    this.#tableName = tableName;
  }

  async counters(consumers: readonly string[]): Promise<ReadonlyMap<string, AttemptCounters>> {
    const counters = new Map(consumers.map((consumer) => [consumer, { succeeded: 0, failed: 0 }]));
    for (const item of await readItems(this.#client, this.#tableName, healthTable.partitionKey, consumers))
      counters.set(item.consumer?.S ?? '', {
        succeeded: Number(item.succeeded?.N ?? 0),
        failed: Number(item.failed?.N ?? 0),
      });
    return counters;
  }
}
