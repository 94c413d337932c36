import type { Clock } from '../clock.ts';
import { type HealthRecord, messageToken, mostNamed, recordStart } from './health-record.ts';

/** Adds up what a consumer reports of itself, for the circuit breaker. */
export interface HealthStore {
  /** Adds to the record that begins at `record.at`. Naming a message again changes nothing. */
  add(record: HealthRecord): Promise<void>;
}

/** What a batch says about what its handler depends on. */
export interface BatchHealth {
  readonly succeeded: number;
  /** Ids of the messages that failed. */
  readonly failed: readonly string[];
}

/** Takes what batches say. */
export interface HealthSink {
  /**
   * @param until gives up waiting then, in milliseconds since the epoch
   * @returns a promise only where there is something to wait for; it rejects when the store does, and the batch is none the worse for it
   */
  record(health: BatchHealth, until: number): Promise<void> | undefined;
}

/** The store took longer than the batch had time for. */
export class HealthReportOverdueError extends Error {
  override readonly name = 'HealthReportOverdueError';

  constructor(milliseconds: number) {
    super(`no answer within the ${milliseconds} ms that the batch had left for it`);
  }
}

/** Successes wait so long for others, in milliseconds. */
const quietInterval = 30_000;

/** What could not be reported for so long is dropped, in milliseconds: it says nothing about now. */
const expiry = 60_000;

/**
 * Reports how a consumer fares: failures at once, successes at most every half minute, so that a healthy consumer pays next to nothing. What a
 * report could not deliver goes with the next one, unless that comes so late that it would tell of a trouble that may be over.
 */
export class HealthReporter implements HealthSink {
  readonly #store: () => Promise<HealthStore>;
  readonly #clock: Clock;
  #reportedAt = Number.NEGATIVE_INFINITY;
  /** Not reported yet. */
  #succeeded = 0;
  #named = new Set<string>();
  #unnamed = 0;
  /** Since when there has been something to report. */
  #since = 0;
  /** Named in the record that begins at `#toldAt`. */
  #told = new Set<string>();
  #toldAt = 0;

  constructor(store: () => Promise<HealthStore>, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  record({ succeeded, failed }: BatchHealth, until: number): Promise<void> | undefined {
    const now = this.#clock.now();
    if (this.#isEmpty || now - this.#since > expiry) {
      this.#clear();
      this.#since = now;
    }
    const at = recordStart(now);
    if (at !== this.#toldAt) {
      this.#toldAt = at;
      this.#told = new Set();
    }
    this.#succeeded += succeeded;
    for (const id of failed) this.#fail(messageToken(id));
    const hasFailures = this.#named.size + this.#unnamed > 0;
    const due = hasFailures || (this.#succeeded > 0 && now - this.#reportedAt >= quietInterval);
    return due ? this.#report(at, until) : undefined;
  }

  get #isEmpty(): boolean {
    return this.#succeeded + this.#named.size + this.#unnamed === 0;
  }

  #clear(): void {
    this.#succeeded = 0;
    this.#named = new Set();
    this.#unnamed = 0;
  }

  #fail(token: string): void {
    if (this.#told.has(token) || this.#named.has(token)) return;
    if (this.#told.size + this.#named.size < mostNamed) this.#named.add(token);
    else this.#unnamed++;
  }

  async #report(at: number, until: number): Promise<void> {
    const since = this.#since;
    const record = { at, succeeded: this.#succeeded, failed: [...this.#named], failedUnnamed: this.#unnamed };
    this.#clear();
    try {
      await this.#within(until, async () => (await this.#store()).add(record));
      this.#reportedAt = this.#clock.now();
      if (at === this.#toldAt) for (const token of record.failed) this.#told.add(token);
    } catch (error) {
      this.#since = since;
      this.#succeeded += record.succeeded;
      this.#unnamed += record.failedUnnamed;
      for (const token of record.failed) this.#fail(token);
      throw error;
    }
  }

  /** @throws HealthReportOverdueError */
  #within(until: number, work: () => Promise<void>): Promise<void> {
    const milliseconds = Math.max(0, until - this.#clock.now());
    return new Promise((resolve, reject) => {
      const cancel = this.#clock.after(milliseconds, () => reject(new HealthReportOverdueError(milliseconds)));
      work().then(resolve, reject).finally(cancel);
    });
  }
}
