import type { AccountLocation } from '../../iam/dynamodb-actions.ts';
import { DynamoDbError, errorCode } from '../dynamodb-error.ts';
import type { Engine, Item } from '../engine.ts';
import { Journal } from '../journal.ts';
import type { TableKeys } from '../table-keys.ts';
import { type ItemChange, type StreamViewType, streamViewTypes } from './stream-record.ts';
import { TableStream } from './table-stream.ts';

type Input = Readonly<Record<string, unknown>>;

/** One item that a request is about to write. */
interface Target {
  readonly stream: TableStream;
  readonly keys: Item;
}

const record = (value: unknown): Input => (typeof value === 'object' && value !== null ? (value as Input) : {});
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** The view type that a `StreamSpecification` asks for; `undefined` for none. */
export const viewTypeOf = (specification: unknown): StreamViewType | undefined => {
  const { StreamEnabled, StreamViewType } = record(specification);
  if (StreamEnabled !== true) return undefined;
  const viewType = streamViewTypes.find((known) => known === StreamViewType);
  if (!viewType)
    throw new DynamoDbError(
      'ValidationException',
      `StreamViewType is ${JSON.stringify(StreamViewType)}; it must be one of ${streamViewTypes.join(', ')}`,
    );
  return viewType;
};

/** The streams of the tables that have one: dynalite knows no streams, so each write is compared with what was there before. */
export class Streams {
  readonly #engine: Engine;
  readonly #keys: TableKeys;
  readonly #where: AccountLocation;
  readonly #byTable = new Map<string, TableStream>();
  readonly #journal: Journal;

  /** @param journal says what was there before, and keeps what comes. @default nothing */
  constructor(engine: Engine, keys: TableKeys, where: AccountLocation, journal = new Journal()) {
    this.#engine = engine;
    this.#keys = keys;
    this.#where = where;
    this.#journal = journal;
    for (const fact of journal.read()) {
      if (fact.type === 'stream')
        this.#byTable.set(fact.settings.tableName, new TableStream(fact.settings, fact.createdAt));
      else if (fact.type === 'record') this.#byTable.get(fact.table)?.restore(fact.record);
      else if (fact.type === 'table-deleted') this.#byTable.delete(fact.table);
    }
  }

  enable(tableName: string, viewType: StreamViewType, keySchema: unknown): TableStream {
    const { region, accountId } = this.#where;
    const tableArn = `arn:aws:dynamodb:${region}:${accountId}:table/${tableName}`;
    const stream = new TableStream({ tableName, tableArn, region, viewType, keySchema }, Date.now());
    this.#byTable.set(tableName, stream);
    this.#journal.append([{ type: 'stream', settings: stream.settings, createdAt: stream.createdAt }]);
    return stream;
  }

  /** To be called when a table is deleted. */
  forget(tableName: string): void {
    this.#byTable.delete(tableName);
    this.#journal.append([{ type: 'table-deleted', table: tableName }]);
  }

  ofTable(tableName: unknown): TableStream | undefined {
    return this.#byTable.get(String(tableName));
  }

  all(): readonly TableStream[] {
    return [...this.#byTable.values()];
  }

  /** @throws DynamoDbError `ResourceNotFoundException` */
  byArn(arn: unknown): TableStream {
    const found = this.all().find((stream) => stream.arn === arn);
    if (!found)
      throw new DynamoDbError('ResourceNotFoundException', `Requested resource not found: Stream: ${arn} not found`);
    return found;
  }

  /** Whether a request writes to a table that has a stream. */
  concerns(operation: string, input: Input): boolean {
    return this.#byTable.size > 0 && writesOf(operation, input).some(([table]) => this.#byTable.has(table));
  }

  /** Does a request's work and records what it changed. To be called with nobody else at work (`ExclusiveLock`). */
  async recording<Result>(operation: string, input: Input, work: () => Promise<Result>): Promise<Result> {
    const targets: Target[] = [];
    for (const [table, item] of writesOf(operation, input)) {
      const stream = this.#byTable.get(table);
      if (stream) targets.push({ stream, keys: await this.#keys.keyOf(table, item) });
    }
    if (targets.length === 0) return await work();
    const before = await this.#images(targets);
    try {
      return await work();
    } finally {
      // Also of a request that failed: a batch may have been carried out in part.
      const after = await this.#images(targets);
      const now = Date.now();
      for (const [index, { stream, keys }] of targets.entries())
        this.#append(stream, { keys, before: before[index], after: after[index] }, now);
    }
  }

  /** Records that an item's time to live was over. */
  async expired(tableName: string, item: Item): Promise<void> {
    const stream = this.#byTable.get(tableName);
    if (!stream) return;
    const keys = await this.#keys.keyOf(tableName, item);
    this.#append(stream, { keys, before: item, after: undefined, expired: true }, Date.now());
  }

  #append(stream: TableStream, change: ItemChange, now: number): void {
    const table = stream.settings.tableName;
    this.#journal.append(stream.append([change], now).map((record) => ({ type: 'record', table, record })));
  }

  #images(targets: readonly Target[]): Promise<(Item | undefined)[]> {
    return Promise.all(
      targets.map(async ({ stream, keys }) => {
        const { tableName } = stream.settings;
        const answer = await this.#engine.call('GetItem', { TableName: tableName, Key: keys, ConsistentRead: true });
        // A key that is none: the request itself fails for the same reason and changes nothing.
        return errorCode(answer) ? undefined : (answer.Item as Item | undefined);
      }),
    );
  }
}

/** Table and key, or an item that holds it, of everything that a request writes. */
const writesOf = (operation: string, input: Input): [table: string, item: Item][] => {
  const write = (parameters: Input): [string, Item] => [
    String(parameters.TableName),
    record(parameters.Key ?? parameters.Item) as Item,
  ];
  switch (operation) {
    case 'PutItem':
    case 'UpdateItem':
    case 'DeleteItem':
      return [write(input)];
    case 'TransactWriteItems':
      return list(input.TransactItems).flatMap((item) =>
        Object.values(record(item)).map((parameters) => write(record(parameters))),
      );
    case 'BatchWriteItem':
      return Object.entries(record(input.RequestItems)).flatMap(([TableName, requests]) =>
        list(requests).flatMap((request) =>
          Object.values(record(request)).map((parameters) => write({ TableName, ...record(parameters) })),
        ),
      );
    default:
      return [];
  }
};
