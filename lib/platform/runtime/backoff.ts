/** Bounds of a backoff, in any unit of time. */
export interface BackoffBounds {
  /** Upper bound of the first delay; doubles with each attempt. */
  readonly base: number;
  /** No delay is longer than this. */
  readonly cap: number;
}

/**
 * Exponential backoff with full jitter: a whole number from 1 to the smaller of `base * 2^(attempt - 1)` and the cap, so
 * that clients that failed together do not come back together.
 * @param attempt 1 for the delay after the first failure
 * @param random gives a number in [0, 1)
 */
export function backoff(attempt: number, { base, cap }: BackoffBounds, random: () => number): number {
  return Math.max(1, Math.ceil(random() * Math.min(cap, base * 2 ** (attempt - 1))));
}
