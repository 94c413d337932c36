import { DynamoDbError, errorCode } from './dynamodb-error.ts';
import type { Engine, Item } from './engine.ts';
import { Journal } from './journal.ts';
import type { TableKeys } from './table-keys.ts';

/** DynamoDB does not delete items whose time lies more than five years back: they are taken for mistakes. */
const fiveYears = 5 * 365 * 24 * 3600;

/** Time-to-live settings of the tables, and the deletion of expired items. dynalite has neither. */
export class TimeToLive {
  readonly #engine: Engine;
  readonly #keys: TableKeys;
  readonly #onExpired: (table: string, item: Item) => Promise<void>;
  readonly #attributes = new Map<string, string>();
  readonly #journal: Journal;

  /**
   * @param onExpired told of each item that was deleted, as it was
   * @param journal says what was set before, and keeps what is set. @default nothing
   */
  constructor(
    engine: Engine,
    keys: TableKeys,
    onExpired: (table: string, item: Item) => Promise<void>,
    journal = new Journal(),
  ) {
    this.#engine = engine;
    this.#keys = keys;
    this.#onExpired = onExpired;
    this.#journal = journal;
    for (const fact of journal.read()) {
      if (fact.type === 'table-deleted') this.#attributes.delete(fact.table);
      if (fact.type !== 'time-to-live') continue;
      if (fact.attribute === undefined) this.#attributes.delete(fact.table);
      else this.#attributes.set(fact.table, fact.attribute);
    }
  }

  async update(input: Readonly<Record<string, unknown>>): Promise<Record<string, unknown>> {
    const table = String(input.TableName);
    await this.#keys.namesOf(table);
    const specification = input.TimeToLiveSpecification as
      | { readonly Enabled?: unknown; readonly AttributeName?: unknown }
      | undefined;
    const attribute = specification?.AttributeName;
    if (typeof specification?.Enabled !== 'boolean' || typeof attribute !== 'string' || attribute === '')
      throw new DynamoDbError('ValidationException', 'TimeToLiveSpecification needs Enabled and AttributeName');
    const current = this.#attributes.get(table);
    if (specification.Enabled === (current !== undefined))
      throw new DynamoDbError(
        'ValidationException',
        `TimeToLive is already ${specification.Enabled ? 'enabled' : 'disabled'}`,
      );
    if (current !== undefined && current !== attribute)
      throw new DynamoDbError('ValidationException', `TimeToLive is active on a different AttributeName: ${current}`);
    if (specification.Enabled) this.#attributes.set(table, attribute);
    else this.#attributes.delete(table);
    this.#journal.append([{ type: 'time-to-live', table, ...(specification.Enabled && { attribute }) }]);
    return { TimeToLiveSpecification: { Enabled: specification.Enabled, AttributeName: attribute } };
  }

  async describe(input: Readonly<Record<string, unknown>>): Promise<Record<string, unknown>> {
    const table = String(input.TableName);
    await this.#keys.namesOf(table);
    const attribute = this.#attributes.get(table);
    return {
      TimeToLiveDescription: attribute
        ? { TimeToLiveStatus: 'ENABLED', AttributeName: attribute }
        : { TimeToLiveStatus: 'DISABLED' },
    };
  }

  /** To be called when a table is deleted. */
  forget(tableName: string): void {
    this.#attributes.delete(tableName);
  }

  /** Deletes what has expired by `now` (milliseconds since the epoch). Returns how many items that were. */
  async sweep(now: number): Promise<number> {
    let deleted = 0;
    for (const [table, attribute] of this.#attributes) deleted += await this.#sweepTable(table, attribute, now);
    return deleted;
  }

  async #sweepTable(table: string, attribute: string, now: number): Promise<number> {
    const seconds = Math.floor(now / 1000);
    let deleted = 0;
    let start: unknown;
    do {
      const page = await this.#engine.call('Scan', {
        TableName: table,
        FilterExpression: '#ttl BETWEEN :oldest AND :now',
        ExpressionAttributeNames: { '#ttl': attribute },
        ExpressionAttributeValues: { ':oldest': { N: String(seconds - fiveYears) }, ':now': { N: String(seconds) } },
        ...(start !== undefined && { ExclusiveStartKey: start }),
      });
      // The table may have been deleted since the sweep began.
      if (errorCode(page)) return deleted;
      for (const item of page.Items as readonly Item[]) {
        const answer = await this.#engine.call('DeleteItem', {
          TableName: table,
          Key: await this.#keys.keyOf(table, item),
          // Not what was written anew meanwhile.
          ConditionExpression: '#ttl = :seen',
          ExpressionAttributeNames: { '#ttl': attribute },
          ExpressionAttributeValues: { ':seen': item[attribute] },
          ReturnValues: 'ALL_OLD',
        });
        if (errorCode(answer)) continue;
        deleted++;
        await this.#onExpired(table, (answer.Attributes as Item | undefined) ?? item);
      }
      start = page.LastEvaluatedKey;
    } while (start !== undefined);
    return deleted;
  }
}
