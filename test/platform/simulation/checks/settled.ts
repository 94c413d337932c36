import type { Tables } from '../dynamodb/tables.ts';
import { transactions } from './invariants.ts';
import type { Ledger } from './ledger.ts';

/** Which messages have found their end at a consumer: done, given up by the handler, or a dead letter. */
export class Settled {
  readonly #ledger: Ledger;
  readonly #tables: Tables;
  readonly #letters = new Set<string>();

  constructor(ledger: Ledger, tables: Tables) {
    this.#ledger = ledger;
    this.#tables = tables;
  }

  /** To be told when a message comes into a queue of dead letters. */
  buried(queue: string, id: string): void {
    this.#letters.add(`${queue}/${id}`);
  }

  has(consumer: string, id: string): boolean {
    const account = this.#ledger.account(consumer, id);
    if (account.runs.some(({ gaveUp }) => gaveUp)) return true;
    return (
      account.effects + transactions(this.#tables, account) > 0 || this.#letters.has(`${consumer}.dead-letter/${id}`)
    );
  }
}
