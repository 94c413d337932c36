import { type BackoffBounds, doubled } from '../../time/backoff.ts';
import { type Clock, pause, sleep, systemClock } from '../../time/clock.ts';
import type { StreamRecord } from '../dynamodb/streams/stream-record.ts';
import type { LocalRunEvent } from '../events.ts';
import type { EventFilter } from './event-filter.ts';
import { type MappingTarget, mappingBackoff } from './local-mapping.ts';
import { firstFailure, streamBatchLength, streamEvent } from './stream-batch.ts';
import { type StreamClient, StreamRequestError } from './stream-client.ts';

export interface StreamMappingSettings {
  readonly streamArn: string;
  readonly startingPosition: 'TRIM_HORIZON' | 'LATEST';
  /** 1 to 10,000 records. */
  readonly batchSize: number;
  readonly windowMilliseconds: number;
  readonly filter: EventFilter;
  readonly bisectOnError: boolean;
  readonly reportsItemFailures: boolean;
  /** -1: as long as the records are there. */
  readonly maximumRetries: number;
  /** In seconds; -1: any. */
  readonly maximumRecordAge: number;
  /** Waits after failures that follow each other. @default 100, doubled up to 2000 */
  readonly backoffMilliseconds?: BackoffBounds;
  /** @default the machine's */
  readonly clock?: Clock;
}

/** "Lambda polls shards in your DynamoDB stream at a base rate of 4 times per second." */
const pollMilliseconds = 250;

/**
 * An event source mapping of a table's stream on this machine: invokes a function with batches of records, in order, one at a time. A
 * batch that fails is tried again, in halves or from the record on that failed where the template says so, and given up when it has
 * been tried often enough.
 */
export class StreamMapping {
  readonly #settings: StreamMappingSettings;
  readonly #client: StreamClient;
  readonly #target: MappingTarget;
  readonly #emit: (event: LocalRunEvent) => void;
  readonly #clock: Clock;
  readonly #halt = new AbortController();
  #loop: Promise<void> = Promise.resolve();
  #inFlight = 0;

  constructor(
    settings: StreamMappingSettings,
    client: StreamClient,
    target: MappingTarget,
    emit: (event: LocalRunEvent) => void,
  ) {
    this.#settings = settings;
    this.#clock = settings.clock ?? systemClock;
    this.#client = client;
    this.#target = target;
    this.#emit = emit;
  }

  get functionName(): string {
    return this.#target.name;
  }

  get streamArn(): string {
    return this.#settings.streamArn;
  }

  /** Records of the batch that the function has at the moment. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** Begins to poll. @throws StreamRequestError when the function's role may not read the stream */
  async start(): Promise<void> {
    await this.#client.check();
    const iterator = await this.#client.start(this.#settings.startingPosition);
    this.#loop = this.#run(iterator);
  }

  /** Ends for good. A batch under way has so long to end. */
  async stop(graceMilliseconds = 3000): Promise<void> {
    this.#halt.abort();
    await Promise.race([this.#loop, sleep(this.#clock, graceMilliseconds, { keepsProcessAlive: false })]);
  }

  async #run(start: string): Promise<void> {
    const { batchSize, windowMilliseconds, filter } = this.#settings;
    let iterator = start;
    let waiting: StreamRecord[] = [];
    let since = this.#clock.now();
    while (!this.#over) {
      try {
        const { records, next } = await this.#client.read(iterator, 1000);
        iterator = next;
        if (waiting.length === 0) since = this.#clock.now();
        waiting.push(...records.filter((record) => filter(record)));
        while (waiting.length >= batchSize || (waiting.length > 0 && this.#clock.now() - since >= windowMilliseconds)) {
          const length = streamBatchLength(waiting, batchSize);
          await this.#deliver(waiting.slice(0, length));
          waiting = waiting.slice(length);
          if (this.#over) return;
        }
        if (records.length === 0) await this.#pause(pollMilliseconds);
      } catch (error) {
        if (this.#over) return;
        this.#emit({
          type: 'notice',
          message: `${this.functionName}: stream ${this.streamArn} cannot be read: ${(error as Error).message}`,
        });
        if (error instanceof StreamRequestError && error.code === 'ResourceNotFoundException') return;
        await this.#pause(1000);
      }
    }
  }

  async #deliver(batch: readonly StreamRecord[]): Promise<void> {
    const { bisectOnError, maximumRetries } = this.#settings;
    let records = batch;
    for (let failures = 0; !this.#over; ) {
      const young = records.filter((record) => !this.#isTooOld(record));
      if (young.length < records.length) this.#giveUp(records.length - young.length, 'too old');
      records = young;
      if (records.length === 0) return;
      const done = await this.#invoke(records);
      records = records.slice(done);
      if (records.length === 0) return;
      if (done > 0) {
        failures = 0;
      } else if (bisectOnError && records.length > 1) {
        // Halving is not counted as a retry.
        const half = Math.ceil(records.length / 2);
        await this.#deliver(records.slice(0, half));
        await this.#deliver(records.slice(half));
        return;
      }
      failures += 1;
      if (maximumRetries >= 0 && failures > maximumRetries) {
        this.#giveUp(records.length, `failed ${failures} times`);
        return;
      }
      await this.#pause(doubled(failures, this.#settings.backoffMilliseconds ?? mappingBackoff));
    }
  }

  /** @returns how many records are done with */
  async #invoke(records: readonly StreamRecord[]): Promise<number> {
    this.#inFlight = records.length;
    const begun = performance.now();
    const result = await this.#target.invoke(streamEvent(records, this.streamArn));
    this.#inFlight = 0;
    const done =
      result.status === 'failed'
        ? 0
        : this.#settings.reportsItemFailures
          ? firstFailure(records, result.payload)
          : records.length;
    this.#emit({
      type: 'stream-batch',
      functionName: this.functionName,
      streamArn: this.streamArn,
      records: records.length,
      done,
      milliseconds: performance.now() - begun,
    });
    return done;
  }

  #isTooOld({ dynamodb }: StreamRecord): boolean {
    const { maximumRecordAge } = this.#settings;
    return maximumRecordAge >= 0 && this.#clock.now() / 1000 - dynamodb.ApproximateCreationDateTime > maximumRecordAge;
  }

  #giveUp(records: number, why: string): void {
    this.#emit({
      type: 'notice',
      message: `${this.functionName}: ${records} stream ${records === 1 ? 'record' : 'records'} given up: ${why}`,
    });
  }

  get #over(): boolean {
    return this.#halt.signal.aborted;
  }

  #pause(milliseconds: number): Promise<void> {
    return pause(this.#clock, milliseconds, this.#halt.signal);
  }
}
