import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from './random.ts';

/** A function that may be killed. */
export interface Victim {
  readonly name: string;
  /** Messages of the batch that it holds. */
  inFlight(): number;
  /** SIGKILLs its process; `false` when there is none. */
  kill(): boolean;
}

export interface ChaosOptions {
  readonly victims: readonly Victim[];
  readonly random: Random;
  /** @default 8 */
  readonly kills?: number;
  /** Between two kills, in milliseconds. @default 150 to 450 */
  readonly pause?: () => number;
  readonly onKill: (name: string, inFlight: number) => void;
}

/** Kills function processes that hold a batch, one after the other, until `signal` aborts or all kills are done. */
export const killInMidBatch = async (options: ChaosOptions, signal: AbortSignal): Promise<number> => {
  const { victims, random, kills = 8, pause = () => 150 + random.below(300) } = options;
  let done = 0;
  while (done < kills && !signal.aborted) {
    await sleep(pause(), undefined, { signal }).catch(() => {});
    const busy = random.shuffle(victims).find((victim) => victim.inFlight() > 0);
    if (busy === undefined || signal.aborted) continue;
    const inFlight = busy.inFlight();
    if (!busy.kill()) continue;
    done += 1;
    options.onKill(busy.name, inFlight);
  }
  return done;
};
