import type { Clock } from '../../time/clock.ts';
import { DeadlineExceededError } from '../errors.ts';

/** How the time of an invocation is divided. All in milliseconds since the epoch. */
export interface TimeBudget {
  /** The broker is connected to: what is still in progress may need a copy at the end. */
  readonly connectAt: number;
  /** No message is started after this; handlers are told to stop. */
  readonly stopAt: number;
  /** Handlers that have not settled by now are left behind. */
  readonly abandonAt: number;
  /** Copies have to be confirmed by now. */
  readonly publishBy: number;
  /** Claims that have not been settled by now are left to their leases. */
  readonly settleBy: number;
  /** The function is killed. */
  readonly endsAt: number;
}

/**
 * Keeps a tenth of the remaining time in reserve, between 1 and 5 s but never more than a third. Half of the reserve is for handlers
 * to stop in, the other half for handing on what is left. Connecting to the broker may take seconds, so that begins up to 5 s before the
 * reserve does, but never before a third of the time is over.
 */
export function timeBudget(now: number, remainingMilliseconds: number): TimeBudget {
  const remaining = Math.max(0, remainingMilliseconds);
  const reserve = Math.min(Math.max(remaining / 10, 1000), 5000, remaining / 3);
  const endsAt = now + remaining;
  return {
    connectAt: Math.floor(endsAt - reserve - Math.min(5000, remaining / 3)),
    stopAt: Math.floor(endsAt - reserve),
    abandonAt: Math.floor(endsAt - reserve / 2),
    publishBy: Math.floor(endsAt - reserve * 0.3),
    settleBy: Math.floor(endsAt - reserve * 0.1),
    endsAt,
  };
}

/**
 * Watches over the time of one batch. Its timer runs only where something is waited for: what costs nothing to ask the clock for
 * does not need one.
 */
export class DeadlineGuard {
  readonly budget: TimeBudget;
  readonly #clock: Clock;
  readonly #connect: () => void;
  #phase: 'working' | 'stopping' | 'abandoned' = 'working';
  #cancelTimer: (() => void) | undefined;
  /** Most handlers do not look at their signal, and making one costs more than everything else here. */
  #controller: AbortController | undefined;
  /** Leave behind, at `abandonAt`, what has not ended by then. */
  readonly #abandon: (() => void)[] = [];

  /** @param connect called at `connectAt`, unless the batch has ended by then */
  constructor(budget: TimeBudget, clock: Clock, connect: () => void) {
    this.budget = budget;
    this.#clock = clock;
    this.#connect = connect;
  }

  /** Aborts at `stopAt` with a `DeadlineExceededError`. */
  get signal(): AbortSignal {
    if (!this.#controller) {
      this.#controller = new AbortController();
      if (this.isOver()) this.#abort();
      else this.#startTimer();
    }
    return this.#controller.signal;
  }

  /** No message may be started any more. Also true when a handler kept the event loop busy past the time. */
  isOver(): boolean {
    return this.#phase !== 'working' || this.#clock.now() >= this.budget.stopAt;
  }

  /** Milliseconds until `stopAt`, 0 afterwards. */
  remainingMilliseconds(): number {
    return this.#phase === 'working' ? Math.max(0, this.budget.stopAt - this.#clock.now()) : 0;
  }

  /** `true` when `work` ended before `abandonAt`; `false` leaves it behind. */
  within(work: Promise<unknown>): Promise<boolean> {
    this.#startTimer();
    return new Promise((resolve, reject) => {
      const abandon = () => resolve(false);
      if (this.#phase === 'abandoned' || this.#clock.now() >= this.budget.abandonAt) abandon();
      else this.#abandon.push(abandon);
      work.then(() => resolve(true), reject);
    });
  }

  /** Ends the timer. Handlers that are left behind are told to stop, also where the timer had no turn because one of them kept the event loop busy. */
  dispose(): void {
    this.#cancelTimer?.();
    if (this.#controller && this.isOver()) this.#abort();
  }

  #startTimer(): void {
    this.#cancelTimer ??= this.#clock.after(this.#until(this.budget.connectAt), () => {
      this.#cancelTimer = this.#clock.after(this.#until(this.budget.stopAt), () => this.#stop());
      this.#connect();
    });
  }

  #stop(): void {
    this.#phase = 'stopping';
    this.#abort();
    this.#cancelTimer = this.#clock.after(this.#until(this.budget.abandonAt), () => {
      this.#phase = 'abandoned';
      for (const abandon of this.#abandon) abandon();
    });
  }

  #until(time: number): number {
    return Math.max(0, time - this.#clock.now());
  }

  #abort(): void {
    this.#controller?.abort(new DeadlineExceededError('the time of the function is almost over'));
  }
}
