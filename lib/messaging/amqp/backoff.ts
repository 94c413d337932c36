/** Delays between attempts. */
export interface BackoffSettings {
  /** Upper bound of the first delay in milliseconds; doubles with each attempt. */
  readonly baseMilliseconds: number;
  /** No delay is longer than this. */
  readonly capMilliseconds: number;
}

/**
 * Exponential backoff with full jitter: anything from 0 to the bound, so that clients that failed together do not come
 * back together.
 * @param attempt 1 for the delay after the first failure
 * @param random a number in [0, 1)
 */
export function backoff(
  attempt: number,
  { baseMilliseconds, capMilliseconds }: BackoffSettings,
  random: number,
): number {
  return Math.floor(random * Math.min(capMilliseconds, baseMilliseconds * 2 ** Math.min(attempt - 1, 30)));
}
