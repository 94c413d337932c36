/** Bounds of a backoff, in any unit of time. */
export interface BackoffBounds {
  /** The first delay, or its upper bound where it is random; doubles with each attempt. */
  readonly base: number;
  /** No delay is longer than this. @default no limit */
  readonly cap?: number;
}

/**
 * Exponential backoff: the smaller of `base * 2^(attempt - 1)` and the cap.
 * @param attempt 1 for the delay after the first failure
 */
export const doubled = (attempt: number, { base, cap = Number.POSITIVE_INFINITY }: BackoffBounds): number =>
  Math.min(cap, base * 2 ** (attempt - 1));

/**
 * Exponential backoff with full jitter: a whole number from 1 to what `doubled` says, so that clients that failed together do not come back
 * together.
 * @param attempt 1 for the delay after the first failure
 * @param random gives a number in [0, 1)
 */
export const backoff = (attempt: number, bounds: BackoffBounds, random: () => number): number =>
  Math.max(1, Math.ceil(random() * doubled(attempt, bounds)));
