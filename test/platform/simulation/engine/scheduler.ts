import { EventQueue } from './event-queue.ts';
import type { Random } from './random.ts';
import type { SimulatedProcess } from './simulated-process.ts';

/** Taken before anything is replaced: between two events every promise of the program gets its turn. */
const turn = setImmediate;

/**
 * Virtual time. One event happens at a time, in the order in which they are due; where several are due at the same moment, the seed decides.
 * After each event the microtask queue is drained, so that what a program does between two waits is one indivisible step.
 */
export class Scheduler {
  readonly #events = new EventQueue();
  readonly #random: Random;
  #now: number;
  #current: SimulatedProcess | undefined;
  #steps = 0;

  /** @param start milliseconds since the epoch */
  constructor(start: number, random: Random) {
    this.#now = start;
    this.#random = random;
  }

  /** Milliseconds since the epoch; fractions keep the order of what travels over one connection. */
  get now(): number {
    return this.#now;
  }

  /** Whose code runs at the moment. */
  get current(): SimulatedProcess | undefined {
    return this.#current;
  }

  /** Events so far. */
  get steps(): number {
    return this.#steps;
  }

  /**
   * @param owner the process in which it happens: never, once that is dead; not before it thaws, while it is frozen. Without one it
   * happens outside of every program, and must settle no promise.
   * @returns cancels it
   */
  after(milliseconds: number, action: () => void, owner?: SimulatedProcess): () => void {
    const event = {
      due: this.#now + Math.max(0, milliseconds),
      tie: this.#random.next(),
      action,
      owner,
      cancelled: false,
    };
    this.#events.push(event);
    return () => {
      event.cancelled = true;
    };
  }

  /** Lets events happen until none is left, `until` has come, or `isOver` says so. */
  run(until: number, isOver: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const proceed = (): void => {
        try {
          if (this.#step(until, isOver)) turn(proceed);
          else resolve();
        } catch (error) {
          reject(error);
        }
      };
      proceed();
    });
  }

  /** Goes on until a program has had its turn. @returns whether there is more to come */
  #step(until: number, isOver: () => boolean): boolean {
    for (;;) {
      const event = this.#events.next();
      if (event === undefined || event.due > until || isOver()) return false;
      this.#events.pop();
      const { owner, action } = event;
      if (event.cancelled || owner?.alive === false) continue;
      this.#now = Math.max(this.#now, event.due);
      if (owner?.frozen) {
        owner.hold(() => {
          if (!event.cancelled) action();
        });
        continue;
      }
      this.#steps += 1;
      this.#current = owner;
      action();
      if (owner !== undefined) return true;
    }
  }
}
