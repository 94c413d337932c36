interface Settleable {
  readonly settled: boolean;
}

/** Messages that wait to be sent, first in first out; what is to be sent again goes before what was never sent. */
export class PendingQueue<Entry extends Settleable> {
  #again: Entry[] = [];
  #first: Entry[] = [];
  /** Index of the next entry of `#first`: shifting a long array costs more. */
  #head = 0;
  #settled = 0;

  push(entry: Entry): void {
    this.#first.push(entry);
  }

  /** Puts entries that were sent before everything else. */
  putBack(entries: readonly Entry[]): void {
    this.#again = [...entries, ...this.#again];
  }

  /** The next entry that has no result yet; it stays in the queue. */
  peek(): Entry | undefined {
    while (this.#again[0]?.settled) this.#again.shift();
    if (this.#again.length > 0) return this.#again[0];
    while (this.#first[this.#head]?.settled) this.#head += 1;
    if (this.#head > 1000 && this.#head * 2 > this.#first.length) this.#cut();
    return this.#first[this.#head];
  }

  /** Removes what `peek` gave. */
  take(): void {
    if (this.#again.length > 0) this.#again.shift();
    else this.#head += 1;
  }

  /**
   * Forgets entries that have a result, so that they and their bodies can be freed, once they are half of the queue.
   * @param settled how many have got one since the last call
   */
  prune(settled: number): void {
    this.#settled += settled;
    if (this.#settled * 2 < this.#again.length + this.#first.length - this.#head) return;
    this.#settled = 0;
    this.#again = this.#again.filter((entry) => !entry.settled);
    this.#cut();
    this.#first = this.#first.filter((entry) => !entry.settled);
  }

  *[Symbol.iterator](): IterableIterator<Entry> {
    yield* this.#again;
    for (let index = this.#head; index < this.#first.length; index++) yield this.#first[index] as Entry;
  }

  #cut(): void {
    this.#first = this.#first.slice(this.#head);
    this.#head = 0;
  }
}
