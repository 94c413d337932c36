import type { Random } from '../engine/random.ts';
import type { Scheduler } from '../engine/scheduler.ts';
import type { SimulatedFunction } from '../lambda/function.ts';
import type { Item } from './attribute.ts';

/** As `lib/platform/constructs/outbox.ts` has it. */
const batchSize = 100;
const tries = 3;

/** A table's stream with the mapping that reads it: a function learns what was inserted, batch after batch. One that fails is tried again, then left. */
export class TableStream {
  readonly #target: SimulatedFunction;
  readonly #scheduler: Scheduler;
  readonly #random: Random;
  readonly #records: Item[] = [];
  #working = false;

  constructor(target: SimulatedFunction, scheduler: Scheduler, random: Random) {
    this.#target = target;
    this.#scheduler = scheduler;
    this.#random = random;
  }

  inserted(item: Item): void {
    this.#records.push(item);
    if (!this.#working) this.#poll();
  }

  #poll(): void {
    this.#working = this.#records.length > 0;
    if (!this.#working) return;
    this.#scheduler.after(100 + this.#random.next() * 300, () =>
      this.#invoke(this.#records.splice(0, batchSize), tries),
    );
  }

  #invoke(batch: readonly Item[], triesLeft: number): void {
    const Records = batch.map((Keys) => ({ eventName: 'INSERT', dynamodb: { Keys } }));
    this.#target.invoke({ Records }, ({ status }) => {
      if (status === 'failed' && triesLeft > 1)
        this.#scheduler.after(500 + this.#random.next() * 1000, () => this.#invoke(batch, triesLeft - 1));
      else this.#poll();
    });
  }
}
