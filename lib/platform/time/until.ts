import type { Clock } from './clock.ts';

/** What `work` comes to, or undefined when it has not by `time` (milliseconds since the epoch): it is then left behind. */
export async function until<Result>(clock: Clock, time: number, work: Promise<Result>): Promise<Result | undefined> {
  let cancelTimer: (() => void) | undefined;
  const timeIsUp = new Promise<undefined>((resolve) => {
    cancelTimer = clock.after(Math.max(0, time - clock.now()), () => resolve(undefined));
  });
  try {
    return await Promise.race([work, timeIsUp]);
  } finally {
    cancelTimer?.();
  }
}
