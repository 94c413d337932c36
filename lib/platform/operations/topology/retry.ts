import { backoff } from '../../time/backoff.ts';
import { type Clock, pause, systemClock } from '../../time/clock.ts';
import { ManagementError } from './management-error.ts';

export interface RetryNotice {
  readonly error: ManagementError;
  /** Counts from 1. */
  readonly attempt: number;
  readonly nextInMilliseconds: number;
}

export interface RetryOptions {
  /** Milliseconds since the epoch, after which no further attempt is made. */
  readonly deadline: number;
  readonly onRetry?: (notice: RetryNotice) => void;
  readonly signal?: AbortSignal;
  /** @default the machine's */
  readonly clock?: Clock;
  /** A number in [0, 1). @default Math.random */
  readonly random?: () => number;
}

const bounds = { base: 250, cap: 5_000 };

/**
 * Repeats a request that failed for a reason that may pass: no connection, 5xx, 429. Every request that we send may be repeated.
 * @throws the reason of the signal, as soon as it is aborted between two attempts
 */
export async function retrying<T>(
  request: () => Promise<T>,
  { deadline, onRetry, signal, clock = systemClock, random = Math.random }: RetryOptions,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    signal?.throwIfAborted();
    try {
      return await request();
    } catch (error) {
      if (!(error instanceof ManagementError && error.retryable)) throw error;
      const nextInMilliseconds = backoff(attempt, bounds, random);
      if (clock.now() + nextInMilliseconds >= deadline) throw error;
      onRetry?.({ error, attempt, nextInMilliseconds });
      await pause(clock, nextInMilliseconds, signal);
    }
  }
}
