import { encodeRecord } from '../../../../lib/platform/local/mapping/encode-record.ts';
import type { FailureVerb } from '../../../../lib/platform/local/mapping/failure-verb.ts';
import type { Random } from '../engine/random.ts';
import type { Scheduler } from '../engine/scheduler.ts';
import { delivered } from '../rabbitmq/delivery.ts';
import type { Entry, QueueSubscription, QuorumQueue } from '../rabbitmq/quorum-queue.ts';
import type { InvocationResult } from './environment.ts';
import type { SimulatedFunction } from './function.ts';

export interface MappingSettings {
  readonly queue: string;
  readonly batchSize: number;
  readonly windowMilliseconds: number;
  readonly failureVerb: FailureVerb;
}

export interface MappingEvents {
  /** Asked at each login. @default it succeeds */
  readonly permits?: (queue: string) => boolean;
  readonly invoked?: (queue: string, batch: readonly Entry[]) => void;
  readonly ended?: (queue: string, batch: readonly Entry[], result: InvocationResult) => void;
}

interface Received {
  readonly entry: Entry;
  readonly redelivered: boolean;
}

/** One connection's time: what it received counts for nothing after it. */
interface Session {
  readonly subscription: QueueSubscription;
  readonly received: Received[];
  /** When the oldest of what is received came. */
  since: number;
  working: boolean;
}

/** The event source mapping: batches, one at a time; acknowledged as a whole or given back as a whole, with one of the four verbs. */
export class SimulatedMapping {
  readonly settings: MappingSettings;
  readonly target: SimulatedFunction;
  readonly #queue: QuorumQueue;
  readonly #scheduler: Scheduler;
  readonly #random: Random;
  readonly #events: MappingEvents;
  #session: Session | undefined;
  #enabled = false;
  #failures = 0;

  constructor(
    settings: MappingSettings,
    target: SimulatedFunction,
    queue: QuorumQueue,
    world: { readonly scheduler: Scheduler; readonly random: Random; readonly events: MappingEvents },
  ) {
    this.settings = settings;
    this.target = target;
    this.#queue = queue;
    this.#scheduler = world.scheduler;
    this.#random = world.random;
    this.#events = world.events;
  }

  get enabled(): boolean {
    return this.#enabled;
  }

  enable(): void {
    if (this.#enabled) return;
    this.#enabled = true;
    this.#connect();
  }

  /** The batch under way is worked on to its end; what else was received goes back. */
  disable(): void {
    this.#enabled = false;
    const session = this.#session;
    if (!session) return;
    if (!session.working) this.#leave();
    else
      session.subscription.giveBack(
        session.received.splice(0).map(({ entry }) => entry),
        'requeued',
      );
  }

  /** The poller's connection breaks: the queue gives everything to the next one, whatever the function is still doing. */
  loseConnection(): void {
    if (!this.#session) return;
    this.#leave();
    if (this.#enabled) this.#scheduler.after(200 + this.#random.next() * 2000, () => this.#connect());
  }

  #leave(): void {
    this.#session?.subscription.cancel();
    this.#session = undefined;
  }

  #connect(): void {
    if (!this.#enabled || this.#session) return;
    if (this.#events.permits?.(this.settings.queue) === false) {
      this.#scheduler.after(1000, () => this.#connect());
      return;
    }
    const received: Received[] = [];
    const subscription = this.#queue.consume({
      prefetch: Math.min(2 * this.settings.batchSize, 2000),
      deliver: (entry, redelivered) => {
        received.push({ entry, redelivered });
        if (received.length === 1) session.since = this.#scheduler.now;
        this.#scheduler.after(0, () => this.#dispatch(session));
      },
    });
    const session: Session = { subscription, received, since: 0, working: false };
    this.#session = session;
  }

  #dispatch(session: Session): void {
    if (this.#session !== session || session.working || session.received.length === 0 || !this.#enabled) return;
    const { batchSize, windowMilliseconds } = this.settings;
    const left = session.since + windowMilliseconds - this.#scheduler.now;
    if (session.received.length < batchSize && left > 0) {
      this.#scheduler.after(left, () => this.#dispatch(session));
      return;
    }
    const batch = session.received.splice(0, batchSize);
    session.since = this.#scheduler.now;
    session.working = true;
    this.#invoke(session, batch);
  }

  #invoke(session: Session, batch: readonly Received[]): void {
    const entries = batch.map(({ entry }) => entry);
    this.#events.invoked?.(this.settings.queue, entries);
    this.target.invoke(this.#eventOf(batch), (result) => {
      this.#events.ended?.(this.settings.queue, entries, result);
      if (this.#session !== session) return;
      if (result.status === 'failed') return this.#giveBack(session, batch);
      this.#failures = 0;
      for (const entry of entries) session.subscription.ack(entry);
      this.#next(session);
    });
  }

  #giveBack(session: Session, batch: readonly Received[]): void {
    this.#failures += 1;
    const pause = Math.min(100 * 2 ** (this.#failures - 1), 2000);
    this.#scheduler.after(pause, () => {
      if (this.#session !== session) return;
      const entries = batch.map(({ entry }) => entry);
      switch (this.settings.failureVerb) {
        case 'memory':
          return this.#invoke(session, batch);
        case 'nack':
          session.subscription.giveBack(entries, 'requeued');
          break;
        case 'reject':
          for (const entry of entries) session.subscription.giveBack([entry], 'rejected');
          break;
        case 'close':
          this.#leave();
          this.#connect();
          return;
      }
      this.#next(session);
    });
  }

  #next(session: Session): void {
    session.working = false;
    if (this.#enabled) this.#dispatch(session);
    else this.#leave();
  }

  #eventOf(batch: readonly Received[]): unknown {
    const records = batch.map(({ entry, redelivered }) => encodeRecord(delivered(entry, redelivered)));
    return {
      eventSource: 'aws:rmq',
      eventSourceArn: 'arn:aws:mq:eu-central-1:000000000000:broker:simulated:b-0',
      rmqMessagesByQueue: { [`${this.settings.queue}::/`]: records },
    };
  }
}
