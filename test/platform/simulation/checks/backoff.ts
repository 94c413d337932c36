import { Header } from '../../../../lib/platform/runtime/headers.ts';
import { consumerOfQueue } from '../../../../lib/platform/topology/consumer-queues.ts';
import { parseDelayRoutingKey } from '../../../../lib/platform/topology/delay.ts';
import type { Publishing } from '../rabbitmq/broker-message.ts';
import type { ConsumerPlan } from '../scenario/scenario.ts';
import type { Ledger } from './ledger.ts';

/** What chance brings about less often is taken for intention. */
const suspicious = 1e-9;

/** Whether retries wait for as long as the policy of their consumer says, and not all for the same time. */
export class BackoffWatch {
  readonly #ledger: Ledger;
  readonly #consumers: ReadonlyMap<string, ConsumerPlan>;
  /** The latest attempt by queue and id: what puts a message off comes with the same number. */
  readonly #attempts = new Map<string, number>();
  /** How likely it is that all retries so far waited for the longest time that they could, or for the shortest. */
  readonly #chances = { longest: 1, shortest: 1 };

  constructor(ledger: Ledger, consumers: readonly ConsumerPlan[]) {
    this.#ledger = ledger;
    this.#consumers = new Map(consumers.map((plan) => [plan.name, plan]));
  }

  /** To be told of each message that the broker has taken. */
  published({ routingKey, headers, properties }: Publishing): void {
    const attempt = Number(headers[Header.attempt] ?? 1);
    const delay = attempt > 1 ? parseDelayRoutingKey(routingKey) : undefined;
    if (!delay) return;
    const key = `${delay.queue} ${properties.messageId}`;
    const consumer = this.#consumers.get(consumerOfQueue(delay.queue));
    if (!consumer || attempt <= (this.#attempts.get(key) ?? 1)) return;
    this.#attempts.set(key, attempt);
    const longest = Math.min(consumer.maxDelaySeconds, 2 ** (attempt - 2));
    if (delay.seconds < 1 || delay.seconds > longest)
      this.#ledger.violate({
        rule: 'retries wait as long as their policy says',
        consumer: consumer.name,
        message: String(properties.messageId),
        what: `attempt ${attempt} of ${properties.messageId} waits for ${delay.seconds} s, which must be 1 to ${longest} s`,
      });
    if (longest > 1) this.#mustDiffer(delay.seconds, longest);
  }

  #mustDiffer(seconds: number, longest: number): void {
    const chances = this.#chances;
    chances.longest *= seconds === longest ? 1 / longest : Number.POSITIVE_INFINITY;
    chances.shortest *= seconds === 1 ? 1 / longest : Number.POSITIVE_INFINITY;
    if (Math.min(chances.longest, chances.shortest) < suspicious)
      this.#ledger.violate({
        rule: 'retries do not all come back together',
        what: `all retries wait for the ${chances.longest < chances.shortest ? 'longest' : 'shortest'} time that they may`,
      });
  }
}
