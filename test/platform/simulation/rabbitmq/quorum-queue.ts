import type { BrokerMessage, DeathReason } from './broker-message.ts';

/** A message in a queue. */
export interface Entry {
  readonly message: BrokerMessage;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
  /** Position in the order of arrival. */
  readonly position: number;
  /** How often it came back, as the broker's version counts. */
  returns: number;
}

/** Why a message comes back to its queue. RabbitMQ 4.3 counts only what failed, older versions everything. */
export type Return = 'requeued' | 'rejected' | 'consumer-gone';

export interface QueueSettings {
  readonly maxLength?: number;
  readonly messageTtl?: number;
  readonly deliveryLimit?: number;
  /** Whether the broker counts this kind of return. */
  readonly counts: (kind: Return) => boolean;
}

export interface QueueEvents {
  readonly now: () => number;
  /** Calls back once time has passed. */
  readonly after: (milliseconds: number, action: () => void) => void;
  /** Takes over what is dead; `settled` once it is safe elsewhere, or dropped. */
  readonly died: (entry: Entry, reason: DeathReason, settled: () => void) => void;
}

export interface QueueConsumer {
  readonly prefetch: number;
  readonly deliver: (entry: Entry, redelivered: boolean) => void;
}

interface Attached {
  readonly consumer: QueueConsumer;
  readonly unacked: Set<Entry>;
}

/**
 * A quorum queue: what came back goes before what is new; messages expire at the head only; a full one refuses (`reject-publish`, with
 * RabbitMQ's tolerance of one message) until a fifth of it is free.
 */
export class QuorumQueue {
  readonly name: string;
  readonly #settings: QueueSettings;
  readonly #events: QueueEvents;
  readonly #consumers: Attached[] = [];
  #ready: Entry[] = [];
  #returned: Entry[] = [];
  #positions = 0;
  #dying = 0;
  #full = false;
  #nextConsumer = 0;

  constructor(name: string, settings: QueueSettings, events: QueueEvents) {
    this.name = name;
    this.#settings = settings;
    this.#events = events;
  }

  get ready(): number {
    return this.#ready.length + this.#returned.length;
  }

  get unacknowledged(): number {
    return this.#consumers.reduce((sum, { unacked }) => sum + unacked.size, 0);
  }

  /** Everything that it is responsible for, dying messages included. */
  get size(): number {
    return this.ready + this.unacknowledged + this.#dying;
  }

  get isFull(): boolean {
    return this.#full;
  }

  messages(): BrokerMessage[] {
    const unacked = this.#consumers.flatMap((consumer) => [...consumer.unacked]);
    return [...this.#returned, ...this.#ready, ...unacked].map(({ message }) => message);
  }

  /** `false`: refused, because it is full. */
  enqueue(message: BrokerMessage): boolean {
    if (this.#full) return false;
    const { messageTtl } = this.#settings;
    const own =
      message.properties.expiration === undefined ? Number.POSITIVE_INFINITY : Number(message.properties.expiration);
    const ttl = Math.min(messageTtl ?? Number.POSITIVE_INFINITY, own);
    this.#ready.push({ message, expiresAt: this.#events.now() + ttl, position: this.#positions++, returns: 0 });
    if (ttl < Number.POSITIVE_INFINITY) this.#events.after(ttl, () => this.#expire());
    this.#serve();
    this.#watchLength();
    return true;
  }

  /** @returns what the consumer can do */
  consume(consumer: QueueConsumer): QueueSubscription {
    const attached: Attached = { consumer, unacked: new Set() };
    this.#consumers.push(attached);
    this.#events.after(0, () => this.#serve());
    return {
      ack: (entry) => {
        if (attached.unacked.delete(entry)) this.#serve();
      },
      giveBack: (entries, kind) => {
        for (const entry of entries) if (attached.unacked.delete(entry)) this.#return(entry, kind);
        this.#events.after(0, () => this.#serve());
      },
      drop: (entry) => {
        if (attached.unacked.delete(entry)) this.#bury(entry, 'rejected');
      },
      cancel: () => this.#detach(attached, 'consumer-gone'),
      detach: (kind) => this.#detach(attached, kind),
    };
  }

  #detach(attached: Attached, kind: Return): void {
    const index = this.#consumers.indexOf(attached);
    if (index < 0) return;
    this.#consumers.splice(index, 1);
    const entries = [...attached.unacked].sort((one, other) => one.position - other.position);
    attached.unacked.clear();
    for (const entry of entries) this.#return(entry, kind);
    this.#events.after(0, () => this.#serve());
  }

  #return(entry: Entry, kind: Return): void {
    const { deliveryLimit, counts } = this.#settings;
    if (counts(kind)) entry.returns += 1;
    if (deliveryLimit !== undefined && entry.returns > deliveryLimit) this.#bury(entry, 'delivery_limit');
    else this.#returned.push(entry);
  }

  #bury(entry: Entry, reason: DeathReason): void {
    this.#dying += 1;
    this.#events.died(entry, reason, () => {
      this.#dying -= 1;
      this.#watchLength();
    });
  }

  #expire(): void {
    const now = this.#events.now();
    for (let head = this.#ready[0]; head && head.expiresAt <= now; head = this.#ready[0]) {
      this.#ready.shift();
      this.#bury(head, 'expired');
    }
    this.#watchLength();
  }

  #serve(): void {
    for (;;) {
      const attached = this.#withCredit();
      if (!attached) break;
      const isReturned = this.#returned.length > 0;
      const entry = this.#returned.shift() ?? this.#ready.shift();
      if (!entry) break;
      attached.unacked.add(entry);
      attached.consumer.deliver(entry, isReturned);
    }
    this.#watchLength();
  }

  #withCredit(): Attached | undefined {
    for (let tried = 0; tried < this.#consumers.length; tried++) {
      const attached = this.#consumers[(this.#nextConsumer + tried) % this.#consumers.length] as Attached;
      if (attached.unacked.size >= attached.consumer.prefetch) continue;
      this.#nextConsumer = (this.#nextConsumer + tried + 1) % this.#consumers.length;
      return attached;
    }
    return undefined;
  }

  #watchLength(): void {
    const { maxLength } = this.#settings;
    if (maxLength === undefined) return;
    const length = this.ready + this.#dying;
    if (length > maxLength) this.#full = true;
    else if (length <= 0.8 * maxLength) this.#full = false;
  }
}

export interface QueueSubscription {
  ack(entry: Entry): void;
  /** To the front of the queue, or to where dead letters go if it came back too often. */
  giveBack(entries: readonly Entry[], kind: Return): void;
  /** Without giving it back: `basic.reject` with `requeue` off. */
  drop(entry: Entry): void;
  /** Ends the subscription; what is not acknowledged comes back. */
  cancel(): void;
  /** Ends it and gives back what is not acknowledged, in one step: `basic.get` takes a single message. */
  detach(kind: Return): void;
}
