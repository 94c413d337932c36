import { ConditionalCheckFailedException, type DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { circuitTable } from '../../config/table-shapes.ts';
import { type Circuit, initialCircuit } from './circuit.ts';
import { readItems } from './read-items.ts';

/** A circuit with what it takes to write it again. */
export interface StoredCircuit {
  readonly circuit: Circuit;
  /** Changes with each write; 0 where nothing has been written. */
  readonly version: number;
}

/** Somebody else changed the circuit in the meantime. */
export class CircuitConflictError extends Error {
  override readonly name = 'CircuitConflictError';

  constructor(consumer: string) {
    super(`the circuit of ${consumer} was changed by somebody else at the same moment; try again`);
  }
}

/** The circuits' states, kept so that neither a new deployment nor a function that starts anew forgets a pause. */
export interface CircuitStore {
  /** Of a consumer that has none, a closed one. */
  read(consumers: readonly string[]): Promise<ReadonlyMap<string, StoredCircuit>>;
  /** @throws CircuitConflictError when the version is no longer the stored one */
  write(consumer: string, circuit: Circuit, version: number): Promise<void>;
}

export class DynamoDbCircuitStore implements CircuitStore {
  readonly #client: DynamoDBClient;
  readonly #tableName: string;

  constructor({ client, tableName }: { readonly client: DynamoDBClient; readonly tableName: string }) {
    this.#client = client;
    this.#tableName = tableName;
  }

  async read(consumers: readonly string[]): Promise<ReadonlyMap<string, StoredCircuit>> {
    const found = new Map<string, StoredCircuit>(
      consumers.map((consumer) => [consumer, { circuit: initialCircuit, version: 0 }]),
    );
    for (const item of await readItems(this.#client, this.#tableName, circuitTable.partitionKey, consumers))
      found.set(item[circuitTable.partitionKey]?.S ?? '', {
        // An earlier version of this template did not say what it held.
        circuit: { ...initialCircuit, ...(JSON.parse(item.circuit?.S ?? '') as Partial<Circuit>) },
        version: Number(item.version?.N),
      });
    return found;
  }

  async write(consumer: string, circuit: Circuit, version: number): Promise<void> {
    try {
      await this.#client.send(
        new PutItemCommand({
          TableName: this.#tableName,
          Item: {
            [circuitTable.partitionKey]: { S: consumer },
            version: { N: String(version + 1) },
            circuit: { S: JSON.stringify(circuit) },
          },
          ConditionExpression: version === 0 ? 'attribute_not_exists(version)' : 'version = :version',
          ...(version > 0 && { ExpressionAttributeValues: { ':version': { N: String(version) } } }),
        }),
      );
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) throw new CircuitConflictError(consumer);
      throw error;
    }
  }
}
