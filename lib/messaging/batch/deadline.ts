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
  /** Ends the timers. */
  dispose(): void;
}

export function startDeadlineGuard(budget: TimeBudget, now: () => number): DeadlineGuard {
  const controller = new AbortController();
  let abandon: (() => void) | undefined;
  let abandoned = false;
  const stop = (): void => {
    controller.abort(new DeadlineExceededError('the time of the function is almost over'));
  };
  const stopTimer = setTimeout(stop, Math.max(0, budget.stopAt - now()));
  const abandonTimer = setTimeout(
    () => {
      abandoned = true;
      abandon?.();
    },
    Math.max(0, budget.abandonAt - now()),
  );
  const isOver = (): boolean => controller.signal.aborted || now() >= budget.stopAt;
  return {
    budget,
    signal: controller.signal,
    isOver,
    remainingMilliseconds: () => (controller.signal.aborted ? 0 : Math.max(0, budget.stopAt - now())),
    within: (work) =>
      new Promise((resolve, reject) => {
        abandon = () => resolve(false);
        if (abandoned || now() >= budget.abandonAt) resolve(false);
        work.then(() => resolve(true), reject);
      }),
    dispose: () => {
      clearTimeout(stopTimer);
      clearTimeout(abandonTimer);
    },
  };
}
