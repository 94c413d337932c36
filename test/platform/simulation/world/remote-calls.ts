import type { Random } from '../engine/random.ts';
import type { Scheduler } from '../engine/scheduler.ts';
import type { SimulatedProcess } from '../engine/simulated-process.ts';
import type { Killings } from './killings.ts';

/** A request of a process to a service: carried out after a while, whether or not the process lives to hear of it. */
export type RemoteCall = <T>(process: SimulatedProcess, what: string, work: () => T) => Promise<T>;

export const remoteCallsOf =
  (scheduler: Scheduler, random: Random, killings: Killings): RemoteCall =>
  <T>(process: SimulatedProcess, what: string, work: () => T) =>
    new Promise<T>((resolve, reject) => {
      const latency = (): number => 1 + random.next() * 30;
      killings.asks(process, what);
      if (!process.alive) return;
      scheduler.after(latency(), () => {
        const settle = outcomeOf(work, resolve, reject);
        scheduler.after(
          latency(),
          () => {
            killings.answered(process, what);
            if (process.alive) settle();
          },
          process,
        );
      });
    });

function outcomeOf<T>(work: () => T, resolve: (value: T) => void, reject: (error: unknown) => void): () => void {
  try {
    const value = work();
    return () => resolve(value);
  } catch (error) {
    return () => reject(error);
  }
}
