export interface ThrottleSettings {
  /** Requests a second, on average. */
  readonly rate: number;
  /** Requests at once. */
  readonly burst: number;
}

/** A token bucket, as API Gateway throttles with. */
export class Throttle {
  readonly #settings: ThrottleSettings;
  #tokens: number;
  #filledAt: number;

  /** @param now milliseconds of a clock that only goes forward */
  constructor(settings: ThrottleSettings, now: number) {
    this.#settings = settings;
    this.#tokens = settings.burst;
    this.#filledAt = now;
  }

  /** Whether one more request may pass. */
  admit(now: number): boolean {
    const { rate, burst } = this.#settings;
    this.#tokens = Math.min(burst, this.#tokens + ((now - this.#filledAt) / 1000) * rate);
    this.#filledAt = now;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
