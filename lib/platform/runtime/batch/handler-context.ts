import type { Logger } from '@aws-lambda-powertools/logger';
import type { TransactWriteItem } from '@aws-sdk/client-dynamodb';
import type { MessageContext } from '../context.ts';
import { ClaimLostError, FatalError } from '../errors.ts';
import type { TraceContext } from '../trace/trace-context.ts';
import type { Batch } from './batch.ts';
import { claimOf } from './claim-of.ts';
import type { Delivery } from './delivery.ts';
import { keysOf } from './message-log.ts';

/** DynamoDB takes 100 items in a transaction; one of them is the claim. */
const maximumItems = 99;

/** How a call came that is one too many. One transaction completes the claim, so there is no second one. */
const secondCall = {
  running: 'while an earlier call was in progress; put all items into one call',
  committed: 'again after it had committed; put all items into one call',
} as const;

/** What a handler gets beside its message. Most handlers use little of it, so what costs something is made when asked for. */
export class HandlerContext implements MessageContext {
  readonly #delivery: Delivery;
  readonly #batch: Batch;
  #logger: Logger | undefined;
  #transaction: 'none' | 'running' | 'committed' = 'none';

  constructor(delivery: Delivery, batch: Batch) {
    this.#delivery = delivery;
    this.#batch = batch;
  }

  get signal(): AbortSignal {
    return this.#batch.guard.signal;
  }

  get remainingMilliseconds(): () => number {
    return () => this.#batch.guard.remainingMilliseconds();
  }

  get logger(): Logger {
    this.#logger ??= this.#batch.logger().createChild({ persistentKeys: this.#logKeys() });
    return this.#logger;
  }

  get trace(): TraceContext | undefined {
    return this.#delivery.trace;
  }

  get transact(): (items: readonly TransactWriteItem[]) => Promise<void> {
    return (items) => this.#transact(items);
  }

  async #transact(items: readonly TransactWriteItem[]): Promise<void> {
    const { effects } = this.#batch.services;
    if (!effects) throw new FatalError(`transact needs the claim table, but this consumer has claims: 'none'`);
    if (this.#transaction !== 'none') throw new FatalError(`transact was called ${secondCall[this.#transaction]}`);
    if (items.length < 1 || items.length > maximumItems) {
      throw new FatalError(`transact got ${items.length} items; it takes 1 to ${maximumItems}`);
    }
    const { id, fate } = this.#delivery;
    if (fate) throw new ClaimLostError(`message ${id} was handed on before its handler came to write`);
    const { key, owner } = claimOf(this.#delivery, this.#batch);
    this.#transaction = 'running';
    this.#delivery.transactionStarted();
    try {
      const outcome = await effects.commit(items, key, owner, this.#batch.guard.budget.stopAt);
      if (outcome === 'committed') {
        this.#transaction = 'committed';
        this.#delivery.transactionAnswered();
        this.#delivery.effectCommitted();
        return;
      }
      this.#delivery.transactionAnswered();
    } catch (error) {
      // After any other error nobody knows whether it was carried out.
      if (error instanceof Error && error.name === 'TransactionCanceledException') this.#delivery.transactionAnswered();
      throw error;
    } finally {
      // Nothing was committed: the handler may try again.
      if (this.#transaction === 'running') this.#transaction = 'none';
    }
    this.#delivery.effectFenced();
    throw new ClaimLostError(`another invocation has taken over message ${id}; nothing was written`);
  }

  #logKeys(): Record<string, string | number> {
    return keysOf(this.#delivery);
  }
}
