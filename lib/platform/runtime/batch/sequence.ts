import type { Delivery } from './delivery.ts';
import { duplicateOf, type Fate, isForwarded } from './fate.ts';
import type { KeyOrder } from './key-order.ts';

/**
 * What the messages of a batch that were handed on mean for later ones of the same batch: a second delivery of the same message
 * has nothing left to do, and a later message of the same order key has to follow.
 */
export class Sequence {
  /** By message id: the highest turn that was handed on, and the body it had. */
  readonly #handedOn = new Map<string, { readonly turn: number; readonly digest: string | undefined }>();
  /** Messages with an order key whose effect has happened, in this batch or before it. */
  readonly #done = new Set<string>();
  readonly #noted = new Set<Delivery>();
  readonly #recognisesDuplicates: boolean;
  readonly #keys: KeyOrder;

  /** @param recognisesDuplicates `false` for a consumer without claims */
  constructor(recognisesDuplicates: boolean, keys: KeyOrder) {
    this.#recognisesDuplicates = recognisesDuplicates;
    this.#keys = keys;
  }

  /** The fate that earlier messages leave to this one, if they do. */
  fateOf(delivery: Delivery): Fate | undefined {
    const earlier = this.#handedOn.size > 0 ? this.#handedOn.get(delivery.id) : undefined;
    if (earlier && earlier.turn >= delivery.turn)
      return duplicateOf({ handedOn: true, ...(earlier.digest !== delivery.digest && { bodyDiffers: true }) });
    // What is done waits for nobody; its claim says that it is a duplicate.
    return this.#done.has(delivery.id) ? undefined : this.#keys.fateOf(delivery);
  }

  /** To be told of each fate, in the order in which messages with the same id or key are due. Once is enough. */
  note(delivery: Delivery): void {
    const { fate, id, turn, orderKey } = delivery;
    const isHandedOn = this.#recognisesDuplicates && isForwarded(fate);
    if (!fate || (!isHandedOn && orderKey === undefined) || this.#noted.has(delivery)) return;
    this.#noted.add(delivery);
    // What the one before it left to this one says nothing new about the key.
    const isAfterwards = fate.kind === 'duplicate' && (this.#handedOn.get(id)?.turn ?? -1) >= turn;
    if (!isAfterwards) this.#keys.note(delivery);
    if (this.#recognisesDuplicates && hasHappened(fate)) this.#done.add(id);
    if (isHandedOn && turn >= (this.#handedOn.get(id)?.turn ?? 0))
      this.#handedOn.set(id, { turn, digest: delivery.digest });
  }
}

const hasHappened = (fate: Fate): boolean =>
  fate.kind === 'done' || fate.kind === 'failed-after-commit' || (fate.kind === 'duplicate' && !fate.handedOn);
