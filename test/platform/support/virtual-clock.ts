import { setImmediate as turn } from 'node:timers/promises';
import type { Clock } from '../../../lib/platform/time/clock.ts';

interface Timer {
  readonly due: number;
  readonly action: () => void;
}

/**
 * A clock that stands still until it is told to go on: tests of time take none, and a busy machine cannot break them.
 *
 * @example
 * const clock = new VirtualClock();
 * const published = publisher.publish(messages);   // waits for something
 * await clock.advance(30_000);                      // everything that is due by then has happened
 */
export class VirtualClock implements Clock {
  #now: number;
  readonly #timers = new Set<Timer>();

  /** @param now milliseconds since the epoch */
  constructor(now = Date.UTC(2026, 0, 1)) {
    this.#now = now;
  }

  /** May be taken off the clock and passed on by itself. */
  readonly now = (): number => this.#now;

  after(milliseconds: number, action: () => void): () => void {
    const timer = { due: this.#now + Math.max(0, milliseconds), action };
    this.#timers.add(timer);
    return () => {
      this.#timers.delete(timer);
    };
  }

  /** How many timers have not fired and were not cancelled. */
  get waiting(): number {
    return this.#timers.size;
  }

  /** Lets time pass. Timers fire in the order in which they are due, each with the time it was set for; promises get their turn in between. */
  async advance(milliseconds: number): Promise<void> {
    const end = this.#now + milliseconds;
    await turn();
    for (let next = this.#next(end); next; next = this.#next(end)) {
      this.#timers.delete(next);
      this.#now = Math.max(this.#now, next.due);
      next.action();
      await turn();
    }
    this.#now = end;
  }

  /** Moves the hands without letting timers fire in time, as a handler does that keeps the event loop busy. They are late by the next `advance`. */
  jump(milliseconds: number): void {
    this.#now += milliseconds;
  }

  #next(end: number): Timer | undefined {
    let next: Timer | undefined;
    // Insertion order decides between timers that are due at the same time.
    for (const timer of this.#timers) if (timer.due <= end && (!next || timer.due < next.due)) next = timer;
    return next;
  }
}
