import type { Delivery } from './delivery.ts';
import { deferred, type Fate, isForwarded } from './fate.ts';

/**
 * Deliveries that went back before anybody knew their order key, because somebody else holds their claims or the claim store gave no answer.
 * Any message behind them in the batch that has a key may have theirs, and so follows them.
 */
export class Unread {
  #delaySeconds: number | undefined;

  /** Settles, in the order of the batch, what follows. */
  hold(deliveries: readonly Delivery[]): void {
    for (const delivery of deliveries) {
      const fate = this.#fateOf(delivery);
      if (fate) delivery.settle(fate);
      this.#note(delivery);
    }
  }

  #note({ fate, readAhead }: Delivery): void {
    if (readAhead || !isForwarded(fate) || fate.kind === 'dead-letter') return;
    this.#delaySeconds = Math.max(this.#delaySeconds ?? 0, fate.delaySeconds);
  }

  #fateOf({ orderKey }: Delivery): Fate | undefined {
    if (orderKey === undefined || this.#delaySeconds === undefined) return undefined;
    return deferred('order', this.#delaySeconds);
  }
}
