import type { Clock } from '../../../../lib/platform/time/clock.ts';
import type { Scheduler } from './scheduler.ts';

/**
 * A process of the simulated world: it may die between any two events, may be frozen and thawed, and its clock may be wrong. What it has sent is on
 * its way; nothing that is meant for it reaches it any more once it is dead.
 */
export class SimulatedProcess {
  readonly name: string;
  readonly clock: Clock;
  readonly #scheduler: Scheduler;
  readonly #skew: number;
  #held: (() => void)[] = [];
  #alive = true;
  #frozen = false;

  /** @param skew milliseconds by which its clock is ahead */
  constructor(name: string, scheduler: Scheduler, skew = 0) {
    this.name = name;
    this.#scheduler = scheduler;
    this.#skew = skew;
    this.clock = {
      now: () => Math.floor(scheduler.now + this.#skew),
      after: (milliseconds, action) => scheduler.after(milliseconds, action, this),
    };
  }

  get alive(): boolean {
    return this.#alive;
  }

  get frozen(): boolean {
    return this.#frozen;
  }

  get skew(): number {
    return this.#skew;
  }

  /** Nothing of it happens from now on. */
  kill(): void {
    this.#alive = false;
    this.#held = [];
  }

  freeze(): void {
    this.#frozen = true;
  }

  /** What came due meanwhile happens now, one after the other. */
  thaw(): void {
    this.#frozen = false;
    const held = this.#held;
    this.#held = [];
    for (const [index, action] of held.entries()) this.#scheduler.after(index * 0.001, action, this);
  }

  /** Keeps for the thaw what comes due. */
  hold(action: () => void): void {
    this.#held.push(action);
  }

  /** A promise that settles in this process. */
  settle<T>(milliseconds: number, settlement: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#scheduler.after(
        milliseconds,
        () => {
          try {
            resolve(settlement());
          } catch (error) {
            reject(error);
          }
        },
        this,
      );
    });
  }
}
