/** A look at the pipeline while it works. */
export interface Observation {
  /** Messages in consumers' queues, in the delay infrastructure and in functions. */
  readonly waiting: number;
  /** Changes whenever anything moves. */
  readonly fingerprint: string;
}

export interface SettleOptions {
  readonly observe: () => Promise<Observation>;
  /**
   * Called when nothing has been waiting for `quietMilliseconds`; `false` means that something is still under way where it cannot
   * be seen, and waits on.
   */
  readonly isComplete: () => Promise<boolean>;
  /** Messages on their way from one queue to another are in neither for a moment, so one empty look proves nothing. */
  readonly quietMilliseconds: number;
  /** Time without any movement after which waiting is given up. */
  readonly patienceMilliseconds: number;
  /** Time after which waiting is given up whatever moves. */
  readonly limitMilliseconds: number;
  readonly intervalMilliseconds: number;
  readonly clock: { now(): number; sleep(milliseconds: number): Promise<void> };
}

export type Settlement = 'settled' | 'stalled' | 'out-of-time';

/** Waits until nothing is on its way any more, within a bounded time. */
export const settle = async (options: SettleOptions): Promise<Settlement> => {
  const { clock } = options;
  const begun = clock.now();
  let quietSince: number | undefined;
  let movedAt = begun;
  let fingerprint = '';
  for (;;) {
    const observation = await options.observe();
    const now = clock.now();
    if (observation.fingerprint !== fingerprint) movedAt = now;
    fingerprint = observation.fingerprint;
    quietSince = observation.waiting === 0 ? (quietSince ?? now) : undefined;
    if (quietSince !== undefined && now - quietSince >= options.quietMilliseconds) {
      if (await options.isComplete()) return 'settled';
      quietSince = undefined;
    }
    if (now - begun >= options.limitMilliseconds) return 'out-of-time';
    if (now - movedAt >= options.patienceMilliseconds) return 'stalled';
    await clock.sleep(options.intervalMilliseconds);
  }
};
