import { backoff } from '../../time/backoff.ts';
import { type Clock, sleep } from '../../time/clock.ts';

const bounds = { base: 100, cap: 5000 };

/** How soon the broker is tried again: the first attempt after a time of health follows at once, later ones after ever longer pauses. */
export class ConnectPace {
  readonly #clock: Clock;
  readonly #random: () => number;
  /** Failed attempts and lost connections since the broker last confirmed anything. */
  #failures = 0;
  #lastFailure = 0;
  #lastReason: unknown;

  constructor(clock: Clock, random: () => number) {
    this.#clock = clock;
    this.#random = random;
  }

  confirmed(): void {
    this.#failures = 0;
  }

  /** Channels of one connection report the same failure. It counts once. */
  failed(error: Error): void {
    const reason = error.cause ?? error;
    if (reason === this.#lastReason) return;
    this.#lastReason = reason;
    this.#failures += 1;
    this.#lastFailure = this.#clock.now();
  }

  /** An attempt that comes long after the last does not wait. */
  async pause(): Promise<void> {
    if (this.#failures < 2) return;
    const wait = backoff(this.#failures - 1, bounds, this.#random) - (this.#clock.now() - this.#lastFailure);
    if (wait > 0) await sleep(this.#clock, wait, { keepsProcessAlive: false });
  }
}
