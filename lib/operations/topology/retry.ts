import { setTimeout as sleep } from 'node:timers/promises';
import { ManagementError } from './management-error.ts';

export interface RetryNotice {
  readonly error: ManagementError;
  /** Counts from 1. */
  readonly attempt: number;
  readonly nextInMilliseconds: number;
}

export interface RetryOptions {
  /** Time (of `Date.now()`) after which no further attempt is made. */
  readonly deadline: number;
  readonly onRetry?: (notice: RetryNotice) => void;
  readonly signal?: AbortSignal;
}

const baseMilliseconds = 250;
const longestMilliseconds = 5_000;

/** Full jitter: anything up to a bound that doubles. */
export function backoff(attempt: number, random: () => number = Math.random): number {
  return Math.ceil(random() * Math.min(longestMilliseconds, baseMilliseconds * 2 ** Math.min(attempt - 1, 10)));
}

/** Repeats a request that failed for a reason that may pass: no connection, 5xx, 429. Every request that we send may be repeated. */
export async function retrying<T>(request: () => Promise<T>, { deadline, onRetry, signal }: RetryOptions): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    signal?.throwIfAborted();
    try {
      return await request();
    } catch (error) {
      if (!(error instanceof ManagementError && error.retryable)) throw error;
      const nextInMilliseconds = backoff(attempt);
      if (Date.now() + nextInMilliseconds >= deadline) throw error;
      onRetry?.({ error, attempt, nextInMilliseconds });
      await sleep(nextInMilliseconds, undefined, { signal });
    }
  }
}
