/** Time as the code sees it: the machine's, or a simulation's. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /**
   * Calls `action` once, after so many milliseconds.
   * @returns cancels the call; does nothing once it was made
   */
  after(milliseconds: number, action: () => void, options?: AfterOptions): () => void;
}

export interface AfterOptions {
  /** `false`: the process may end before the call. @default true */
  readonly keepsProcessAlive?: boolean;
}

/** `setTimeout` takes no more: 24.8 days. */
const longestTimer = 2 ** 31 - 1;

/** The machine's clock and timers. */
export const systemClock: Clock = {
  now: Date.now,
  after(milliseconds, action, { keepsProcessAlive = true } = {}) {
    const timer = setTimeout(action, Math.min(Math.max(0, milliseconds), longestTimer));
    if (!keepsProcessAlive) timer.unref();
    return () => clearTimeout(timer);
  },
};

/** Resolves after so many milliseconds. */
export const sleep = (clock: Clock, milliseconds: number, options?: AfterOptions): Promise<void> =>
  new Promise((resolve) => {
    clock.after(milliseconds, resolve, options);
  });

/** Resolves after so many milliseconds, or as soon as `halt` is aborted. */
export const pause = (clock: Clock, milliseconds: number, halt?: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (halt?.aborted) return resolve();
    const wake = (): void => {
      cancel();
      halt?.removeEventListener('abort', wake);
      resolve();
    };
    const cancel = clock.after(milliseconds, wake);
    halt?.addEventListener('abort', wake);
  });
