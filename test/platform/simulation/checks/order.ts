import type { Account, Ledger } from './ledger.ts';

/** Whether messages of one key are handled in the order in which they came into their queue. See docs/order.md for what is promised. */
export class OrderWatch {
  readonly #ledger: Ledger;
  readonly #isOver: (consumer: string, id: string) => boolean;
  /** Ids by queue and key, in the order in which they came for the first time. */
  readonly #lines = new Map<string, string[]>();

  /** @param isOver the message is done, or given up */
  constructor(ledger: Ledger, isOver: (consumer: string, id: string) => boolean) {
    this.#ledger = ledger;
    this.#isOver = isOver;
  }

  arrived(queue: string, id: string, key: string): void {
    const line = this.#lines.get(`${queue} ${key}`) ?? [];
    this.#lines.set(`${queue} ${key}`, line);
    if (!line.includes(id)) line.push(id);
  }

  /** To be told when a handler is called. */
  begins(queue: string, { consumer, id, key, ...own }: Account): void {
    const line = this.#lines.get(`${queue} ${key}`) ?? [];
    for (const earlier of line.slice(0, Math.max(0, line.indexOf(id)))) {
      const account = this.#ledger.account(consumer, earlier);
      if (this.#isOver(consumer, earlier) || isDoubtful(account) || isDoubtful(own)) continue;
      this.#ledger.violate({
        rule: 'order per key is kept',
        consumer,
        message: id,
        what: `${id} was handled before ${earlier}, which came into the queue before it and has the same key`,
      });
    }
  }
}

/** Its claim was in doubt at some time: somebody else held it or vanished with it, or the table gave no answer. Its key is not known then. */
const isDoubtful = ({
  disturbances,
  neighboursCrashes,
}: Pick<Account, 'disturbances' | 'neighboursCrashes'>): boolean => disturbances + neighboursCrashes > 0;
