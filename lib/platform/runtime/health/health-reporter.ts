import type { Clock } from '../../time/clock.ts';
import { type HealthRecord, messageToken, mostNamed, recordStart } from './health-record.ts';

/** Adds up what a consumer reports of itself, for the circuit breaker. */
export interface HealthStore {
  /** Adds to the record that begins at `record.at`. Naming a message again changes nothing. */
  add(record: HealthRecord): Promise<void>;
}

/** What a batch says about what its handler depends on. */
export interface BatchHealth {
  /** Messages that succeeded at their first attempt. */
  readonly succeeded: number;
  /** Ids of the messages that succeeded, and may have failed before. */
  readonly recovered: readonly string[];
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

interface Names {
  readonly failed: Set<string>;
  readonly recovered: Set<string>;
}

const noNames = (): Names => ({ failed: new Set(), recovered: new Set() });

/**
 * Reports how a consumer fares: failures, and successes of messages that had failed, at once; other successes at most every half minute, so that a healthy consumer pays next to nothing. What a
 * report could not deliver goes with the next one, unless that comes so late that it would tell of a trouble that may be over.
 */
export class HealthReporter implements HealthSink {
  readonly #store: () => Promise<HealthStore>;
  readonly #clock: Clock;
  #reportedAt = Number.NEGATIVE_INFINITY;
  /** Not reported yet. */
  #succeeded = 0;
  #named = noNames();
  #unnamed = 0;
  /** Since when there has been something to report. */
  #since = 0;
  /** Named in the record that begins at `#toldAt`. */
  #told = noNames();
  #toldAt = 0;

  constructor(store: () => Promise<HealthStore>, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  record({ succeeded, recovered, failed }: BatchHealth, until: number): Promise<void> | undefined {
    const now = this.#clock.now();
    if (this.#isEmpty || now - this.#since > expiry) {
      this.#clear();
      this.#since = now;
    }
    const at = recordStart(now);
    if (at !== this.#toldAt) {
      this.#toldAt = at;
      this.#told = noNames();
    }
    this.#succeeded += succeeded;
    for (const id of recovered) this.#recover(messageToken(id));
    for (const id of failed) this.#fail(messageToken(id));
    const due = this.#isUrgent || (this.#succeeded > 0 && now - this.#reportedAt >= quietInterval);
    return due ? this.#report(at, until) : undefined;
  }

  get #isUrgent(): boolean {
    return this.#named.failed.size + this.#named.recovered.size + this.#unnamed > 0;
  }

  get #isEmpty(): boolean {
    return this.#succeeded === 0 && !this.#isUrgent;
  }

  #clear(): void {
    this.#succeeded = 0;
    this.#named = noNames();
    this.#unnamed = 0;
  }

  #fail(token: string): void {
    if (!this.#name('failed', token)) this.#unnamed++;
  }

  #recover(token: string): void {
    if (!this.#name('recovered', token)) this.#succeeded++;
  }

  /** `false` where the record has no room for another name. */
  #name(outcome: keyof Names, token: string): boolean {
    const [told, named] = [this.#told[outcome], this.#named[outcome]];
    if (told.has(token) || named.has(token)) return true;
    if (told.size + named.size >= mostNamed) return false;
    named.add(token);
    return true;
  }

  async #report(at: number, until: number): Promise<void> {
    const since = this.#since;
    const [recovered, failed] = [[...this.#named.recovered], [...this.#named.failed]];
    const record = { at, succeeded: this.#succeeded, recovered, failed, failedUnnamed: this.#unnamed };
    this.#clear();
    try {
      await this.#within(until, async () => (await this.#store()).add(record));
      this.#reportedAt = this.#clock.now();
      if (at !== this.#toldAt) return;
      for (const token of recovered) this.#told.recovered.add(token);
      for (const token of failed) this.#told.failed.add(token);
    } catch (error) {
      this.#since = since;
      this.#succeeded += record.succeeded;
      this.#unnamed += record.failedUnnamed;
      for (const token of recovered) this.#recover(token);
      for (const token of failed) this.#fail(token);
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
