import { type BrokerMessage, cyclesOf, type DeathReason, withDeath } from './broker-message.ts';

/** Messages that a worker has on the way at a time, and after how long it tries again what a queue refused or no binding takes. */
const window = 32;
const retryMilliseconds = 180_000;

export interface DeadLettering {
  readonly queue: string;
  readonly exchange: string;
  /** @default the message's own */
  readonly routingKey?: string;
}

export interface DeadLetterServices {
  readonly now: () => number;
  readonly after: (milliseconds: number, action: () => void) => void;
  readonly route: (exchange: string, routingKey: string, messageId: string) => readonly string[];
  /** `false`: refused. */
  readonly enqueue: (queue: string, message: BrokerMessage) => boolean;
  /** Told of what vanishes because it has been there before. */
  readonly dropped: (queue: string, message: BrokerMessage) => void;
}

interface Letter {
  readonly message: BrokerMessage;
  readonly reason: DeathReason;
  readonly settled: () => void;
  /** Queues that have not taken it yet; unknown before the first try. */
  targets: readonly string[] | undefined;
}

/**
 * At-least-once dead-lettering of one queue: at most 32 messages on the way, each until every queue that it is routed to has taken it. What is
 * refused or unroutable keeps its place among the 32 and is tried again three minutes later.
 */
export class DeadLetterWorker {
  readonly #to: DeadLettering;
  readonly #services: DeadLetterServices;
  readonly #waiting: Letter[] = [];
  #underWay = 0;

  constructor(to: DeadLettering, services: DeadLetterServices) {
    this.#to = to;
    this.#services = services;
  }

  take(message: BrokerMessage, reason: DeathReason, settled: () => void): void {
    this.#waiting.push({ message, reason, settled, targets: undefined });
    this.#proceed();
  }

  #proceed(): void {
    while (this.#underWay < window) {
      const letter = this.#waiting.shift();
      if (!letter) return;
      this.#underWay += 1;
      this.#services.after(1, () => this.#try(letter));
    }
  }

  #try(letter: Letter): void {
    const { route, enqueue, dropped } = this.#services;
    const { message, reason } = letter;
    const routingKey = this.#to.routingKey ?? message.routingKey;
    const messageId = String(message.properties.messageId ?? '');
    const targets = letter.targets ?? route(this.#to.exchange, routingKey, messageId);
    const cycles = cyclesOf(message, reason, targets);
    const copy = this.#deadLetter(letter, routingKey);
    const refused = targets.filter((target) => !cycles.includes(target) && !enqueue(target, copy));
    if (targets.length > 0 && refused.length === 0) {
      if (cycles.length === targets.length) dropped(this.#to.queue, message);
      this.#underWay -= 1;
      letter.settled();
      this.#proceed();
      return;
    }
    letter.targets = targets.length > 0 ? refused : undefined;
    this.#services.after(retryMilliseconds, () => this.#try(letter));
  }

  #deadLetter({ message, reason }: Letter, routingKey: string): BrokerMessage {
    const { expiration: _, ...properties } = message.properties;
    return {
      ...message,
      exchange: this.#to.exchange,
      routingKey,
      properties,
      deaths: withDeath(message.deaths, this.#to.queue, reason),
      since: this.#services.now(),
    };
  }
}
