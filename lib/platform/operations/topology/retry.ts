import { backoff } from '../../runtime/backoff.ts';
import { type Clock, systemClock } from '../../runtime/clock.ts';
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

/** Repeats a request that failed for a reason that may pass: no connection, 5xx, 429. Every request that we send may be repeated. */
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

/** @throws the reason of the signal, as soon as it is aborted */
async function pause(clock: Clock, milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const cancel = clock.after(milliseconds, resolve);
  const abort = () => reject(signal?.reason);
  signal?.addEventListener('abort', abort, { once: true });
  try {
    await promise;
  } finally {
    cancel();
    signal?.removeEventListener('abort', abort);
  }
}
