import { parseDelayRoutingKey } from '../../../lib/topology/delay.ts';
import type { Broker, Publishing } from '../rabbitmq/broker.ts';
import type { BrokerMessage } from '../rabbitmq/broker-message.ts';
import type { Ledger } from './ledger.ts';

/** By how much a delayed message may be late, in milliseconds: each level costs a little. */
const slack = 3000;

/** Whether delayed messages come when they should: never early, and late only where their own queue was full. */
export class DelayWatch {
  readonly #ledger: Ledger;
  readonly #now: () => number;
  readonly #broker: () => Broker;
  readonly #due = new Map<string, number[]>();
  readonly #fullUntil = new Map<string, number>();

  constructor(ledger: Ledger, now: () => number, broker: () => Broker) {
    this.#ledger = ledger;
    this.#now = now;
    this.#broker = broker;
  }

  /** To be told of each message that the broker has confirmed. */
  published({ routingKey, properties }: Publishing): void {
    const delay = parseDelayRoutingKey(routingKey);
    if (!delay) return;
    const key = `${delay.queue} ${properties.messageId}`;
    const due = [...(this.#due.get(key) ?? []), this.#now() + delay.seconds * 1000];
    this.#due.set(
      key,
      due.sort((one, other) => one - other),
    );
  }

  /** To be told regularly, so that it is known which queues were full and when. */
  look(queues: Iterable<string>): void {
    for (const queue of queues) if (this.#broker().queue(queue).isFull) this.#fullUntil.set(queue, this.#now());
  }

  arrived(queue: string, { deaths, properties }: BrokerMessage): void {
    this.look([queue]);
    if (!deaths.some((death) => death.reason === 'expired')) return;
    const key = `${queue} ${properties.messageId}`;
    const [due, ...others] = this.#due.get(key) ?? [];
    if (due === undefined) return;
    this.#due.set(key, others);
    const late = this.#now() - due;
    const what = (how: string): string => `a delay to ${queue} was ${how}`;
    if (late < -2) this.#report(what(`${(-late / 1000).toFixed(1)} s too short`), properties.messageId);
    // What a full queue refused is tried again after three minutes, and holds up what else waits for the same queue.
    const isOwnFault = (this.#fullUntil.get(queue) ?? Number.NEGATIVE_INFINITY) >= due - slack - 180_000;
    if (late > slack && !isOwnFault) this.#report(what(`${(late / 1000).toFixed(1)} s too long`), properties.messageId);
  }

  #report(what: string, messageId: unknown): void {
    this.#ledger.violate({ rule: 'delays are kept', message: String(messageId), what });
  }
}
