import { parseDelayRoutingKey } from '../../../../lib/platform/topology/delay.ts';
import { scheduleMark } from '../../../../lib/platform/topology/schedule.ts';
import type { BrokerMessage } from '../rabbitmq/broker-message.ts';
import type { Broker, Publishing } from '../rabbitmq/simulated-broker.ts';
import type { Ledger } from './ledger.ts';

/** By how much a delayed message may be late, in milliseconds: each level costs a little. */
const slack = 3000;
/** A scheduled event waits for whole seconds. */
const rounding = 1000;

const isScheduled = (destination = ''): boolean => destination.startsWith(scheduleMark);

export interface DelayWorld {
  readonly now: () => number;
  readonly broker: () => Broker;
  /** When consumers are to get a message for the first time, in milliseconds since the epoch. */
  readonly deliverAt: (id: string) => number | undefined;
  /** By how much the clock of whoever publishes it may be off. */
  readonly maximumSkewMilliseconds: number;
}

/** Whether delayed messages come when they should: never early, and late only where their own queue was full. */
export class DelayWatch {
  readonly #ledger: Ledger;
  readonly #world: DelayWorld;
  /** By queue and id, of retries; by id, of scheduled events. */
  readonly #due = new Map<string, number[]>();
  readonly #scheduled = new Map<string, number>();
  readonly #fullUntil = new Map<string, number>();

  constructor(ledger: Ledger, world: DelayWorld) {
    this.#ledger = ledger;
    this.#world = world;
  }

  /** To be told of each message that the broker has confirmed. */
  published({ routingKey, properties }: Publishing): void {
    const delay = parseDelayRoutingKey(routingKey);
    if (!delay) return;
    const id = String(properties.messageId);
    if (isScheduled(delay.queue)) {
      const deliverAt = this.#world.deliverAt(id);
      if (deliverAt === undefined) return;
      // Counts from when it was meant to be, whenever it was written down and however long its publisher had to hold it.
      const latest = Math.max(deliverAt, this.#world.now()) + rounding;
      this.#scheduled.set(id, Math.max(this.#scheduled.get(id) ?? 0, latest));
      return;
    }
    const key = `${delay.queue} ${id}`;
    const due = [...(this.#due.get(key) ?? []), this.#world.now() + delay.seconds * 1000];
    this.#due.set(
      key,
      due.sort((one, other) => one - other),
    );
  }

  /** To be told regularly, so that it is known which queues were full and when. */
  look(queues: Iterable<string>): void {
    for (const queue of queues)
      if (this.#world.broker().queue(queue).isFull) this.#fullUntil.set(queue, this.#world.now());
  }

  arrived(queue: string, { deaths, properties, routingKey }: BrokerMessage): void {
    this.look([queue]);
    const id = String(properties.messageId);
    const key = `${queue} ${id}`;
    const deliverAt = this.#world.deliverAt(id);
    if (deliverAt !== undefined) this.#mustNotBeEarly(queue, id, deliverAt, this.#world.maximumSkewMilliseconds);
    if (!deaths.some((death) => death.reason === 'expired')) return;
    if (isScheduled(parseDelayRoutingKey(routingKey)?.queue)) {
      this.#mustNotBeLate(queue, id, this.#scheduled.get(id));
      return;
    }
    const [due, ...others] = this.#due.get(key) ?? [];
    if (due === undefined) return;
    this.#due.set(key, others);
    this.#mustNotBeEarly(queue, id, due);
    this.#mustNotBeLate(queue, id, due);
  }

  #mustNotBeEarly(queue: string, id: string, due: number, tolerance = 0): void {
    const early = due - this.#world.now();
    if (early > 2 + tolerance) this.#report(queue, id, `${(early / 1000).toFixed(1)} s too short`);
  }

  #mustNotBeLate(queue: string, id: string, due = Number.POSITIVE_INFINITY): void {
    const late = this.#world.now() - due;
    // What a full queue refused is tried again after three minutes, and holds up what else waits for the same queue.
    const isOwnFault = (this.#fullUntil.get(queue) ?? Number.NEGATIVE_INFINITY) >= due - slack - 180_000;
    if (late > slack && !isOwnFault) this.#report(queue, id, `${(late / 1000).toFixed(1)} s too long`);
  }

  #report(queue: string, message: string, how: string): void {
    this.#ledger.violate({ rule: 'delays are kept', message, what: `a delay to ${queue} was ${how}` });
  }
}
