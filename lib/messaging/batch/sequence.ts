import type { Delivery } from './delivery.ts';
import { deferred, duplicate, type Fate, isForwarded } from './fate.ts';

/**
 * What the messages of a batch that were handed on mean for later ones of the same batch: a second delivery of the same message
 * has nothing left to do, and a later message of the same order key has to follow.
 */
export class Sequence {
  /** Highest turn that was handed on, by message id. */
  readonly #handedOn = new Map<string, number>();
  /** Delay with which the order key's messages went back. */
  readonly #heldBack = new Map<string, number>();
  readonly #recognisesDuplicates: boolean;

  /** @param recognisesDuplicates `false` for a consumer without claims */
  constructor(recognisesDuplicates: boolean) {
    this.#recognisesDuplicates = recognisesDuplicates;
  }

  /** The fate that earlier messages leave to this one, if they do. */
  fateOf({ id, turn, orderKey }: Delivery): Fate | undefined {
    if (this.#handedOn.size > 0 && (this.#handedOn.get(id) ?? -1) >= turn) return duplicate;
    const delaySeconds = orderKey === undefined ? undefined : this.#heldBack.get(orderKey);
    return delaySeconds === undefined ? undefined : deferred('order', delaySeconds);
  }

  /** To be told of each fate, in the order in which messages with the same id or key are due. */
  note(delivery: Delivery): void {
    const { fate } = delivery;
    if (!isForwarded(fate)) return;
    const { id, turn, orderKey } = delivery;
    if (this.#recognisesDuplicates) this.#handedOn.set(id, Math.max(turn, this.#handedOn.get(id) ?? 0));
    if (orderKey !== undefined && fate.kind !== 'dead-letter') this.#heldBack.set(orderKey, fate.delaySeconds);
  }
}
