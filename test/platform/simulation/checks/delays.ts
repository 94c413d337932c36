import { parseDelayRoutingKey } from '../../../../lib/platform/topology/delay.ts';
import { scheduleMark } from '../../../../lib/platform/topology/schedule.ts';
import type { BrokerMessage, Publishing } from '../rabbitmq/broker-message.ts';
import type { Broker } from '../rabbitmq/simulated-broker.ts';
import type { Ledger } from './ledger.ts';

/** By how much a delayed message may be late, in milliseconds: each level costs a little. */
const slack = 3000;
/** A scheduled event waits for whole seconds. */
const rounding = 1000;

const isScheduled = (destination: string): boolean => destination.startsWith(scheduleMark);

export interface DelayWorld {
  readonly now: () => number;
  readonly broker: () => Pick<Broker, 'queue'>;
  /** When consumers are to get a message for the first time, in milliseconds since the epoch. */
  readonly deliverAt: (id: string) => number | undefined;
  /** By how much the clock of whoever publishes it may be off. */
  readonly maximumSkewMilliseconds: number;
}

/** When a copy is due, in milliseconds since the epoch. */
interface Due {
  readonly earliest: number;
  readonly latest: number;
}

/** Whether delayed messages come when they should: never early, and late only where their own queue was full. */
export class DelayWatch {
  readonly #ledger: Ledger;
  readonly #world: DelayWorld;
  /** Each copy has its own: many of one message may be under way, with different delays. */
  readonly #due = new Map<Publishing, Due>();
  readonly #fullUntil = new Map<string, number>();

  constructor(ledger: Ledger, world: DelayWorld) {
    this.#ledger = ledger;
    this.#world = world;
  }

  /** To be told of each message that the broker has taken. */
  published(publishing: Publishing): void {
    const delay = parseDelayRoutingKey(publishing.routingKey);
    if (!delay) return;
    const now = this.#world.now();
    if (!isScheduled(delay.queue)) {
      const due = now + delay.seconds * 1000;
      this.#due.set(publishing, { earliest: due, latest: due });
      return;
    }
    const meant = this.#world.deliverAt(idOf(publishing));
    if (meant === undefined) return;
    // Counts from when it was meant to be, whenever it was written down and however long its publisher had to hold it.
    this.#due.set(publishing, { earliest: this.#earliest(meant), latest: Math.max(meant, now) + rounding });
  }

  /** To be told regularly, so that it is known which queues were full and when. */
  look(queues: Iterable<string>): void {
    for (const queue of queues)
      if (this.#world.broker().queue(queue).isFull) this.#fullUntil.set(queue, this.#world.now());
  }

  arrived(queue: string, message: BrokerMessage): void {
    this.look([queue]);
    const id = idOf(message);
    const due = this.#due.get(message.publishing);
    // A scheduled event that is sent after its time goes without a delay.
    this.#mustNotBeEarly(queue, id, due?.earliest ?? this.#earliest(this.#world.deliverAt(id)));
    if (due) this.#mustNotBeLate(queue, id, due.latest);
  }

  #earliest(meant = 0): number {
    return meant - this.#world.maximumSkewMilliseconds;
  }

  #mustNotBeEarly(queue: string, id: string, due: number): void {
    const early = due - this.#world.now();
    if (early > 2) this.#report(queue, id, `${(early / 1000).toFixed(1)} s too short`);
  }

  #mustNotBeLate(queue: string, id: string, due: number): void {
    const late = this.#world.now() - due;
    // What a full queue refused is tried again after three minutes, and holds up what else waits for the same queue.
    const isOwnFault = (this.#fullUntil.get(queue) ?? Number.NEGATIVE_INFINITY) >= due - slack - 180_000;
    if (late > slack && !isOwnFault) this.#report(queue, id, `${(late / 1000).toFixed(1)} s too long`);
  }

  #report(queue: string, message: string, how: string): void {
    this.#ledger.violate({ rule: 'delays are kept', message, what: `a delay to ${queue} was ${how}` });
  }
}

const idOf = ({ properties }: Publishing): string => String(properties.messageId);
