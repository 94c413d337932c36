import type { BatchReport } from '../batch/report.ts';

export interface AttemptCounts {
  readonly succeeded: number;
  readonly failed: number;
}

/** Adds up what a consumer reports of itself, for the circuit breaker. */
export interface HealthStore {
  add(counts: AttemptCounts): Promise<void>;
}

/** A batch without failures waits so long for others, in milliseconds. */
const quietInterval = 30_000;

/**
 * Reports how a consumer fares: a batch with failures at once, others at most every half minute, so that a healthy consumer pays next to
 * nothing. What a report could not deliver goes with the next one.
 */
export class HealthReporter {
  readonly #store: () => Promise<HealthStore>;
  readonly #now: () => number;
  #unreported: AttemptCounts = { succeeded: 0, failed: 0 };
  #reportedAt = Number.NEGATIVE_INFINITY;

  constructor(store: () => Promise<HealthStore>, now: () => number = Date.now) {
    this.#store = store;
    this.#now = now;
  }

  /**
   * Rejects when the store does; the batch is none the worse for it.
   * @param isInHurry there is no time for a request now
   */
  async record(report: BatchReport, isInHurry = false): Promise<void> {
    const { succeeded, failed } = attemptsOf(report);
    this.#unreported = {
      succeeded: this.#unreported.succeeded + succeeded,
      failed: this.#unreported.failed + failed,
    };
    const due = this.#unreported.failed > 0 || this.#now() - this.#reportedAt >= quietInterval;
    if (isInHurry || !due || this.#unreported.succeeded + this.#unreported.failed === 0) return;
    const reported = this.#unreported;
    this.#unreported = { succeeded: 0, failed: 0 };
    try {
      await (await this.#store()).add(reported);
      this.#reportedAt = this.#now();
    } catch (error) {
      this.#unreported = {
        succeeded: this.#unreported.succeeded + reported.succeeded,
        failed: this.#unreported.failed + reported.failed,
      };
      throw error;
    }
  }
}

/**
 * Attempts that say something about what the handler depends on. A message that is malformed, or that the handler refuses for good, fails whether
 * or not the consumer pauses, so it counts as neither.
 */
export const attemptsOf = ({ done, retried, deadLetterReasons }: BatchReport): AttemptCounts => ({
  succeeded: done,
  failed: retried + (deadLetterReasons.exhausted ?? 0),
});
