import { DeadlineExceededError } from '../errors.ts';

/** How the time of an invocation is divided. All in milliseconds since the epoch. */
export interface TimeBudget {
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
 * to stop in, the other half for handing on what is left.
 */
export function timeBudget(now: number, remainingMilliseconds: number): TimeBudget {
  const remaining = Math.max(0, remainingMilliseconds);
  const reserve = Math.min(Math.max(remaining / 10, 1000), 5000, remaining / 3);
  const endsAt = now + remaining;
  return {
    stopAt: Math.floor(endsAt - reserve),
    abandonAt: Math.floor(endsAt - reserve / 2),
    publishBy: Math.floor(endsAt - reserve * 0.3),
    settleBy: Math.floor(endsAt - reserve * 0.1),
    endsAt,
  };
}

/** Watches over the time of one batch. */
export interface DeadlineGuard {
  readonly budget: TimeBudget;
  /** Aborts at `stopAt` with a `DeadlineExceededError`. */
  readonly signal: AbortSignal;
  /** No message may be started any more. Also true when a handler kept the event loop busy past the time. */
  isOver(): boolean;
  /** Milliseconds until `stopAt`, 0 afterwards. */
  remainingMilliseconds(): number;
  /** `true` when `work` ended before `abandonAt`; `false` leaves it behind. */
  within(work: Promise<void>): Promise<boolean>;
  /** Ends the timer. */
  dispose(): void;
}

export function startDeadlineGuard(budget: TimeBudget, now: () => number): DeadlineGuard {
  let phase: 'working' | 'stopping' | 'abandoned' = 'working';
  let abandon: (() => void) | undefined;
  // Most handlers do not look at their signal, and making one costs more than everything else here.
  let controller: AbortController | undefined;

  const abort = (): void => controller?.abort(new DeadlineExceededError('the time of the function is almost over'));
  const end = (): void => {
    phase = 'abandoned';
    abandon?.();
  };
  const stop = (): void => {
    phase = 'stopping';
    abort();
    timer = setTimeout(end, Math.max(0, budget.abandonAt - now()));
  };
  let timer = setTimeout(stop, Math.max(0, budget.stopAt - now()));

  return {
    budget,
    get signal() {
      if (!controller) {
        controller = new AbortController();
        if (phase !== 'working') abort();
      }
      return controller.signal;
    },
    isOver: () => phase !== 'working' || now() >= budget.stopAt,
    remainingMilliseconds: () => (phase === 'working' ? Math.max(0, budget.stopAt - now()) : 0),
    within: (work) =>
      new Promise((resolve, reject) => {
        abandon = () => resolve(false);
        if (phase === 'abandoned' || now() >= budget.abandonAt) resolve(false);
        work.then(() => resolve(true), reject);
      }),
    dispose: () => clearTimeout(timer),
  };
}
