/** Messages sent on one channel that the broker has not answered yet, by delivery tag. */
export class ConfirmWindow<Entry> {
  readonly #entries = new Map<number, Entry>();
  #lastTag = 0;

  get size(): number {
    return this.#entries.size;
  }

  /** To be called for every message sent on the channel, in order: the broker numbers them from 1. */
  add(entry: Entry): void {
    this.#lastTag += 1;
    this.#entries.set(this.#lastTag, entry);
  }

  /** Removes and returns what an acknowledgement is about, oldest first. */
  settle(tag: number, multiple: boolean): Entry[] {
    if (!multiple) {
      const entry = this.#entries.get(tag);
      if (entry === undefined) return [];
      this.#entries.delete(tag);
      return [entry];
    }
    const settled: Entry[] = [];
    for (const [sent, entry] of this.#entries) {
      if (sent > tag) break;
      settled.push(entry);
      this.#entries.delete(sent);
    }
    return settled;
  }

  /** What waits for an answer, oldest first. */
  values(): IterableIterator<Entry> {
    return this.#entries.values();
  }

  /** Removes and returns everything, oldest first. */
  clear(): Entry[] {
    const entries = [...this.#entries.values()];
    this.#entries.clear();
    return entries;
  }
}
