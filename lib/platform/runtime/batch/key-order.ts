import {
  afterEvent,
  ahead,
  type KeyEvent,
  type KeyQueue,
  secondsUntilFirst,
  waitingName,
  withoutLost,
} from '../order/key-queue.ts';
import { type KeyQueueStore, nothingStored, type StoredQueue } from '../order/key-queue-store.ts';
import type { Delivery } from './delivery.ts';
import { deferred, type Fate } from './fate.ts';

/** A key of the batch: its queue when the batch began, and what has happened to it since. */
interface Key {
  readonly name: string;
  /** Absent for a key that became known only when its message was handled: it is read before it is written. */
  stored: StoredQueue | undefined;
  queue: KeyQueue;
  readonly events: KeyEvent[];
}

/** Tries to write a queue that somebody else keeps writing. */
const writeTries = 5;

/**
 * Keeps the messages of each order key in order, within the batch and beyond it: who waits is remembered by name in a store that outlives the
 * batch. A key of which nobody waits is not written at all.
 */
export class KeyOrder {
  readonly #consumer: string;
  readonly #now: () => number;
  /** Absent where nothing outlives the batch. */
  readonly #store: KeyQueueStore | undefined;
  readonly #keys = new Map<string, Key>();

  /** @param now milliseconds since the epoch */
  constructor(consumer: string, now: () => number, store: KeyQueueStore | undefined) {
    this.#consumer = consumer;
    this.#now = now;
    this.#store = store;
  }

  /**
   * Learns who waits. To be called before anything else, with the deliveries whose keys are known.
   * @throws ClaimStoreError
   */
  async read(deliveries: readonly Delivery[]): Promise<void> {
    const names = new Map<string, string>();
    for (const { orderKey } of deliveries) if (orderKey !== undefined) names.set(orderKey, this.#nameOf(orderKey));
    if (names.size === 0) return;
    const found = await this.#store?.read([...names.values()]);
    for (const [orderKey, name] of names) {
      const stored = found?.get(name) ?? nothingStored;
      this.#keys.set(orderKey, { name, stored, queue: stored.queue, events: [] });
    }
  }

  /** The deliveries in the order in which they are to be handled: those of a key that wait go before new ones, in their own order. */
  sorted(deliveries: readonly Delivery[]): readonly Delivery[] {
    if (![...this.#keys.values()].some(({ queue }) => queue.length > 0)) return deliveries;
    const sorted = [...deliveries];
    for (const [orderKey, { queue }] of this.#keys) {
      const places = deliveries.flatMap((delivery, place) => (delivery.orderKey === orderKey ? [place] : []));
      const position = new Map(queue.map(({ who }, index) => [who, index]));
      const inOrder = places
        .map((place) => deliveries[place] as Delivery)
        .map((delivery) => ({ delivery, rank: position.get(waitingName(delivery.id)) ?? queue.length }))
        .sort((one, other) => one.rank - other.rank);
      for (const [index, { delivery }] of inOrder.entries()) sorted[places[index] as number] = delivery;
    }
    return sorted;
  }

  /** The fate of a delivery that is not next of its key; undefined for one that is. */
  fateOf(delivery: Delivery): Fate | undefined {
    const key = this.#keyOf(delivery);
    if (!key || key.queue.length === 0) return undefined;
    const who = waitingName(delivery.id);
    const now = this.#now();
    const kept = withoutLost(key.queue, who, delivery.raw.redelivered, now);
    if (kept !== key.queue) {
      const lost = key.queue.filter((waiting) => !kept.includes(waiting)).map((waiting) => waiting.who);
      this.#happened(key, { kind: 'lost', who: lost });
    }
    return ahead(key.queue, who) === 0 ? undefined : deferred('order', secondsUntilFirst(key.queue, now));
  }

  /** What a delivery's fate means for those behind it. */
  note(delivery: Delivery): void {
    const { orderKey } = delivery;
    if (orderKey === undefined) return;
    const event = eventOf(delivery, Math.floor(this.#now() / 1000));
    if (!event) return;
    const key = this.#keys.get(orderKey) ?? this.#unread(orderKey);
    if (!key.stored || event.kind === 'put-off' || key.queue.length > 0) this.#happened(key, event);
  }

  /** Whether there is anything to write. */
  hasChanged(): boolean {
    if (!this.#store) return false;
    for (const key of this.#keys.values()) if (isChanged(key)) return true;
    return false;
  }

  /** The order keys that would have to be written now, each with this reason. */
  unwritten(reason: string): Map<string, unknown> {
    const changed = [...this.#keys].filter(([, key]) => isChanged(key));
    return new Map(changed.map(([orderKey]) => [orderKey, new Error(reason)]));
  }

  /**
   * Writes what has changed since it was read or written last.
   * @param signal ends it
   * @returns the order keys that could not be written, with the reason
   */
  async write(signal: AbortSignal): Promise<Map<string, unknown>> {
    const failed = new Map<string, unknown>();
    const store = this.#store;
    if (!store) return failed;
    const writes = [...this.#keys].map(async ([orderKey, key]) => {
      try {
        await writeKey(key, store, signal);
      } catch (error) {
        failed.set(orderKey, error);
      }
    });
    await Promise.all(writes);
    return failed;
  }

  #keyOf({ orderKey }: Delivery): Key | undefined {
    return orderKey === undefined ? undefined : this.#keys.get(orderKey);
  }

  #unread(orderKey: string): Key {
    const key: Key = { name: this.#nameOf(orderKey), stored: undefined, queue: [], events: [] };
    this.#keys.set(orderKey, key);
    return key;
  }

  #nameOf(orderKey: string): string {
    return `${this.#consumer}#${orderKey}`;
  }

  #happened(key: Key, event: KeyEvent): void {
    key.events.push(event);
    key.queue = afterEvent(key.queue, event);
  }
}

/** @param now seconds since the epoch */
function eventOf({ fate, id, turn }: Delivery, now: number): KeyEvent | undefined {
  const who = waitingName(id);
  switch (fate?.kind) {
    case undefined:
      return { kind: 'put-off', who, due: now, turn };
    case 'retry':
      return { kind: 'put-off', who, due: now + fate.delaySeconds, turn: turn + 1 };
    case 'deferred':
      return { kind: 'put-off', who, due: now + fate.delaySeconds, turn };
    case 'claim-lost':
      // Another invocation has it, which says what becomes of it.
      return undefined;
    case 'duplicate':
      return fate.handedOn ? { kind: 'handed-on', who, turn } : { kind: 'settled', who };
    default:
      return { kind: 'settled', who };
  }
}

/** Where somebody else has written meanwhile, the same things have happened to what he wrote. */
async function writeKey(key: Key, store: KeyQueueStore, signal: AbortSignal): Promise<void> {
  for (let tries = 0; tries < writeTries; tries++) {
    if (!isChanged(key)) return;
    signal.throwIfAborted();
    const { name, queue, stored } = key;
    if (stored && (await store.write(name, queue, stored.version, signal))) {
      key.stored = { queue, version: stored.version + 1 };
      return;
    }
    key.stored = (await store.read([key.name])).get(key.name) ?? nothingStored;
    key.queue = key.events.reduce(afterEvent, key.stored.queue);
  }
  throw new Error(`the order of ${key.name} was changed ${writeTries} times meanwhile`);
}

const isChanged = ({ queue, stored, events }: Key): boolean =>
  stored ? !isSame(queue, stored.queue) : events.length > 0;

const isSame = (one: KeyQueue, other: KeyQueue): boolean =>
  one.length === other.length &&
  one.every(({ who, due, turn }, index) => {
    const twin = other[index];
    return twin?.who === who && twin.due === due && twin.turn === turn;
  });
