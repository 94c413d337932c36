import type { Ledger } from './ledger.ts';

/** Whether messages of one key that have met in a batch keep their order. */
export class OrderWatch {
  readonly #ledger: Ledger;
  /** For each message the ones that it must follow. */
  readonly #before = new Map<string, Set<string>>();
  readonly #isOver: (consumer: string, id: string) => boolean;

  /** @param isOver the message is done, or given up */
  constructor(ledger: Ledger, isOver: (consumer: string, id: string) => boolean) {
    this.#ledger = ledger;
    this.#isOver = isOver;
  }

  /** To be told of each batch of a consumer that wants order, in its order. */
  batch(consumer: string, messages: readonly { readonly id: string; readonly key: string }[]): void {
    for (const [index, { id, key }] of messages.entries())
      for (const earlier of messages.slice(0, index)) {
        if (earlier.key !== key || earlier.id === id || this.#before.get(`${consumer}/${earlier.id}`)?.has(id))
          continue;
        const before = this.#before.get(`${consumer}/${id}`) ?? new Set();
        this.#before.set(`${consumer}/${id}`, before.add(earlier.id));
      }
  }

  /** To be told when a handler is called. */
  begins(consumer: string, id: string): void {
    for (const earlier of this.#before.get(`${consumer}/${id}`) ?? []) {
      if (this.#isOver(consumer, earlier)) continue;
      this.#ledger.violate({
        rule: 'order per key is kept',
        consumer,
        message: id,
        what: `${id} was handled before ${earlier}, which came before it in a batch and has the same key`,
      });
    }
  }
}
