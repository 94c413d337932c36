import { DynamoDbError } from '../dynamodb-error.ts';
import { type ItemChange, isChange, type StreamRecord, type StreamViewType, streamRecord } from './stream-record.ts';

/** "Stream records have a lifetime of 24 hours": Developer Guide, Change data capture for DynamoDB Streams. */
const lifetimeSeconds = 24 * 3600;
/** A page of `GetRecords` holds at most 1,000 records or 1 MB. */
const pageRecords = 1000;
const pageBytes = 1024 * 1024;

const firstSequenceNumber = 10n ** 20n;

export interface TableStreamSettings {
  readonly tableName: string;
  readonly tableArn: string;
  readonly region: string;
  readonly viewType: StreamViewType;
  readonly keySchema: unknown;
}

/** Where a reader is: the number of the next record, counted from 0. */
export type Position = number;

/** The changes of one table, in order, in a single shard. AWS has several; there, too, the changes of one item are in order. */
export class TableStream {
  readonly settings: TableStreamSettings;
  readonly label: string;
  readonly arn: string;
  readonly shardId = 'shardId-00000000000000000000-00000001';
  readonly createdAt: number;
  #records: StreamRecord[] = [];
  /** Number of the first record that is kept. */
  #first: Position = 0;

  constructor(settings: TableStreamSettings, now: number) {
    this.settings = settings;
    this.createdAt = now;
    this.label = new Date(now).toISOString().slice(0, -1);
    this.arn = `${settings.tableArn}/stream/${this.label}`;
  }

  /** @returns the records that came of it */
  append(changes: readonly ItemChange[], now: number): readonly StreamRecord[] {
    this.#trim(now);
    const before = this.#records.length;
    for (const change of changes)
      if (isChange(change)) this.#records.push(streamRecord(change, this.settings, sequenceNumberAt(this.end), now));
    return this.#records.slice(before);
  }

  /** Takes a record as it once was; all of them, in their order, before anything is appended. */
  restore(record: StreamRecord): void {
    this.#records.push(record);
  }

  get start(): Position {
    return this.#first;
  }

  get end(): Position {
    return this.#first + this.#records.length;
  }

  /** @throws DynamoDbError for a position whose records are gone, or that the stream never had */
  positionOf(sequenceNumber: string): Position {
    if (!/^\d{21,40}$/.test(sequenceNumber))
      throw new DynamoDbError('ValidationException', `Invalid SequenceNumber: ${sequenceNumber}`);
    const position = Number(BigInt(sequenceNumber) - firstSequenceNumber);
    if (position < this.start)
      throw new DynamoDbError('TrimmedDataAccessException', 'The operation attempted to read past the oldest record');
    if (position < 0 || position >= this.end)
      throw new DynamoDbError('ValidationException', `Invalid SequenceNumber: ${sequenceNumber}`);
    return position;
  }

  /** @throws DynamoDbError `TrimmedDataAccessException` */
  read(from: Position, limit = pageRecords): { readonly records: readonly StreamRecord[]; readonly next: Position } {
    if (from < this.start)
      throw new DynamoDbError('TrimmedDataAccessException', 'The operation attempted to read past the oldest record');
    const records: StreamRecord[] = [];
    let bytes = 0;
    for (const record of this.#records.slice(from - this.#first, from - this.#first + Math.min(limit, pageRecords))) {
      bytes += record.dynamodb.SizeBytes;
      if (bytes > pageBytes && records.length > 0) break;
      records.push(record);
    }
    return { records, next: from + records.length };
  }

  #trim(now: number): void {
    const oldest = now / 1000 - lifetimeSeconds;
    const keep = this.#records.findIndex(({ dynamodb }) => dynamodb.ApproximateCreationDateTime >= oldest);
    const gone = keep === -1 ? this.#records.length : keep;
    if (gone === 0) return;
    this.#records = this.#records.slice(gone);
    this.#first += gone;
  }
}

const sequenceNumberAt = (position: Position): string => String(firstSequenceNumber + BigInt(position));

export const firstSequenceNumberOf = (stream: TableStream): string => sequenceNumberAt(stream.start);
