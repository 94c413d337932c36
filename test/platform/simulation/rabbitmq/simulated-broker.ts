import type { Topology } from '../../../../lib/platform/topology/model.ts';
import { effectiveSettings } from '../../../../lib/platform/topology/policy-matching.ts';
import type { Scheduler } from '../engine/scheduler.ts';
import type { BrokerMessage, Death, Publishing } from './broker-message.ts';
import { DeadLetterWorker } from './dead-letter-worker.ts';
import { QuorumQueue, type Return } from './quorum-queue.ts';
import { Routing } from './routing.ts';

/** `3.10` trusts the `x-death` that a publisher writes; `4.3` does not count what a consumer merely hands back. */
export type BrokerVersion = '3.10' | '4.2' | '4.3';

/** What the broker answers to a message on a confirm channel, apart from the time it takes. */
export type PublishOutcome = 'confirmed' | 'refused' | 'unroutable' | 'no-such-exchange';

export interface BrokerEvents {
  /** A queue has taken a message. */
  readonly arrived?: (queue: string, message: BrokerMessage) => void;
  /** A message has vanished, as a cycle or for want of a place to go to. */
  readonly dropped?: (queue: string, message: BrokerMessage, why: string) => void;
}

const number = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);
const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** One virtual host of a broker, as a topology describes it. */
export class Broker {
  readonly version: BrokerVersion;
  readonly #routing: Routing;
  readonly #queues = new Map<string, QuorumQueue>();
  readonly #scheduler: Scheduler;
  readonly #events: BrokerEvents;

  constructor(topology: Topology, version: BrokerVersion, scheduler: Scheduler, events: BrokerEvents = {}) {
    this.version = version;
    this.#routing = new Routing(topology);
    this.#scheduler = scheduler;
    this.#events = events;
    for (const queue of topology.queues)
      this.#queues.set(queue.name, this.#queue(queue.name, effectiveSettings(queue, topology.policies)));
  }

  queue(name: string): QuorumQueue {
    const queue = this.#queues.get(name);
    if (!queue) throw new TypeError(`the broker has no queue ${name}`);
    return queue;
  }

  queues(): Iterable<QuorumQueue> {
    return this.#queues.values();
  }

  publish(publishing: Publishing): PublishOutcome {
    const { exchange, routingKey, properties, headers } = publishing;
    const { queues, missing } = this.#routing.route(exchange, routingKey, String(properties.messageId ?? ''));
    if (missing) return 'no-such-exchange';
    if (queues.length === 0) return 'unroutable';
    const deaths = this.version === '3.10' ? deathsIn(headers) : [];
    const message = { ...publishing, publishing, deaths, since: this.#scheduler.now };
    const refused = queues.filter((name) => !this.#enqueue(name, message));
    return refused.length === 0 ? 'confirmed' : 'refused';
  }

  #enqueue(name: string, message: BrokerMessage): boolean {
    const taken = this.queue(name).enqueue(message);
    if (taken) this.#events.arrived?.(name, message);
    return taken;
  }

  #queue(name: string, settings: Readonly<Record<string, unknown>>): QuorumQueue {
    const after = (milliseconds: number, action: () => void): void => {
      this.#scheduler.after(milliseconds, action);
    };
    const now = (): number => this.#scheduler.now;
    const exchange = text(settings['dead-letter-exchange']);
    const drop = (message: BrokerMessage, why: string): void => this.#events.dropped?.(name, message, why);
    const worker =
      exchange === undefined
        ? undefined
        : new DeadLetterWorker(
            { queue: name, exchange, routingKey: text(settings['dead-letter-routing-key']) },
            {
              now,
              after,
              route: (...where) => this.#routing.route(...where).queues,
              enqueue: (queue, message) => this.#enqueue(queue, message),
              dropped: (_, message) => drop(message, 'it had been there before'),
            },
          );
    return new QuorumQueue(
      name,
      {
        maxLength: number(settings['max-length']),
        messageTtl: number(settings['message-ttl']),
        deliveryLimit: number(settings['delivery-limit']) ?? (this.version === '3.10' ? undefined : 20),
        counts: (kind: Return) => this.version !== '4.3' || kind !== 'requeued',
      },
      {
        now,
        after,
        died: ({ message }, reason, settled) => {
          if (worker) return worker.take(message, reason, settled);
          drop(message, reason);
          settled();
        },
      },
    );
  }
}

function deathsIn(headers: Readonly<Record<string, unknown>>): readonly Death[] {
  const deaths = headers['x-death'];
  return Array.isArray(deaths) ? (deaths as Death[]) : [];
}
