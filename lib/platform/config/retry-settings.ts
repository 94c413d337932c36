/** Retry schedule of a consumer: exponential backoff with full jitter, capped. */
export interface RetrySettings {
  /** Attempts in all, the first one included. 1 to 100. */
  readonly maxAttempts: number;
  /** Upper bound of the first delay, in seconds; doubles with each attempt. 1 to 65,535. */
  readonly baseDelaySeconds: number;
  /** No delay is longer than this, in seconds. 1 to 65,535 (18 h 12 min, the delay infrastructure's maximum). */
  readonly maxDelaySeconds: number;
}

/** Five attempts within about a quarter of an hour. */
export const defaultRetrySettings: RetrySettings = { maxAttempts: 5, baseDelaySeconds: 10, maxDelaySeconds: 900 };
