import { quorumPrefetchLimit } from '../../config/message-limits.ts';
import { type BackoffBounds, doubled } from '../../time/backoff.ts';
import { type Clock, pause, sleep, systemClock } from '../../time/clock.ts';
import type { BrokerAddress } from '../broker-access.ts';
import type { LocalRunEvent } from '../events.ts';
import type { InvocationResult } from '../runtime/invocation.ts';
import type { BodyFilter } from './body-filter.ts';
import { type FailureVerb, giveBack } from './failure-verb.ts';
import { type Delivery, eventOf } from './inbox.ts';
import { disabledReason, type MappingState } from './mapping-state.ts';
import { QueueSession } from './queue-session.ts';

export interface MappingSettings {
  readonly queue: string;
  readonly vhost: string;
  readonly eventSourceArn: string;
  /** 1 to 10,000 records. */
  readonly batchSize: number;
  /** Lambda's default for message queues is 500. */
  readonly windowMilliseconds: number;
  /** Messages that it does not accept are acknowledged and reach nobody. @default all are accepted */
  readonly accepts?: BodyFilter;
  readonly failureVerb: FailureVerb;
  /** Waits after failed batches that follow each other. @default 100, doubled up to 2000 */
  readonly backoffMilliseconds?: BackoffBounds;
  /** Asked for each connection, so that changed passwords are used. */
  readonly login: () => { readonly username: string; readonly password: string };
  readonly broker: BrokerAddress;
  /** @default the machine's */
  readonly clock?: Clock;
}

export interface MappingTarget {
  readonly name: string;
  invoke(payload: string): Promise<InvocationResult>;
}

/** Milliseconds that a mapping waits after a batch that failed, unless it is told otherwise. */
export const mappingBackoff: BackoffBounds = { base: 100, cap: 2000 };
/** Milliseconds before it connects again while that comes to nothing. */
const reconnectBackoff: BackoffBounds = { base: 200, cap: 5000 };

/**
 * An event source mapping on this machine: reads a queue and invokes a function with batches, one at a time, as Lambda
 * does for RabbitMQ. A batch is acknowledged as a whole when the function succeeds and is given back as a whole when it fails.
 */
export class LocalMapping {
  readonly #settings: MappingSettings;
  readonly #target: MappingTarget;
  readonly #emit: (event: LocalRunEvent) => void;
  readonly #clock: Clock;
  #state: MappingState = 'Creating';
  #reason: string | undefined;
  #inFlight = 0;
  #session: QueueSession | undefined;
  #halt = new AbortController();
  #loop: Promise<void> | undefined;
  #stopping = false;
  #settled = Promise.withResolvers<void>();

  constructor(settings: MappingSettings, target: MappingTarget, emit: (event: LocalRunEvent) => void) {
    this.#settings = settings;
    this.#clock = settings.clock ?? systemClock;
    this.#target = target;
    this.#emit = emit;
  }

  get queue(): string {
    return this.#settings.queue;
  }

  get vhost(): string {
    return this.#settings.vhost;
  }

  get functionName(): string {
    return this.#target.name;
  }

  get state(): MappingState {
    return this.#state;
  }

  /** Why the mapping is disabled or reconnecting. */
  get reason(): string | undefined {
    return this.#reason;
  }

  /** Records of the batch that the function has at the moment. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** Begins to poll; resolves when the queue is consumed for the first time, or when the mapping is disabled. */
  async start(enabled = true): Promise<void> {
    if (!enabled) return this.#enter('Disabled', 'USER_INITIATED');
    this.#begin();
    await this.#settled.promise;
  }

  /** Takes no further batch, waits for the one under way and returns what it has not handed out to the queue. */
  async pause(): Promise<void> {
    if (this.#state === 'Paused' || this.#state === 'Stopped') return;
    await this.#end();
    this.#enter('Paused');
  }

  /** Polls again; also after the mapping was disabled. */
  async resume(): Promise<void> {
    if (this.#state !== 'Paused' && this.#state !== 'Disabled') return;
    this.#begin();
    await this.#settled.promise;
  }

  /**
   * Logs in anew, after the batch under way; for a secret that has changed. A paused mapping does so when it is resumed, one that
   * was disabled because of its login tries again.
   */
  async refresh(): Promise<void> {
    if (this.#state === 'Paused' || this.#state === 'Stopped' || this.#reason === 'USER_INITIATED') return;
    await this.#end();
    if (this.#stopping) return;
    this.#begin();
    await this.#settled.promise;
  }

  /** Ends for good. A batch under way has so long to end; then its records return to the queue. */
  async stop(graceMilliseconds = 3000): Promise<void> {
    if (this.#state === 'Stopped') return;
    this.#stopping = true;
    await Promise.race([this.#end(), sleep(this.#clock, graceMilliseconds, { keepsProcessAlive: false })]);
    await this.#session?.close();
    this.#enter('Stopped');
  }

  #begin(): void {
    this.#halt = new AbortController();
    this.#settled = Promise.withResolvers();
    this.#loop = this.#run(this.#halt.signal);
  }

  async #end(): Promise<void> {
    this.#halt.abort();
    this.#session?.inbox.close();
    await this.#loop;
  }

  #enter(state: MappingState, reason?: string): void {
    if (state === 'Enabled' || state === 'Disabled') this.#settled.resolve();
    if (this.#state === state && this.#reason === reason) return;
    this.#state = state;
    this.#reason = reason;
    this.#emit({ type: 'mapping', functionName: this.functionName, queue: this.queue, state, reason });
  }

  async #run(halt: AbortSignal): Promise<void> {
    for (let failures = 0; !halt.aborted; failures += 1) {
      if (failures > 0) await pause(this.#clock, doubled(failures, reconnectBackoff), halt);
      if (halt.aborted) return;
      try {
        const session = await this.#connect();
        this.#session = session;
        this.#enter('Enabled');
        try {
          // Connecting alone proves nothing: what breaks the session may be what it gets.
          if (await this.#poll(session, halt)) failures = 0;
        } finally {
          await session.close();
        }
        if (!halt.aborted) this.#enter('Reconnecting', (await session.failure).message);
      } catch (cause) {
        const error = cause as Error;
        const disabled = disabledReason(error);
        if (disabled) return this.#enter('Disabled', `${disabled.code}: ${disabled.message}`);
        this.#enter('Reconnecting', error.message);
      }
    }
  }

  #connect(): Promise<QueueSession> {
    const { batchSize, windowMilliseconds, login, broker, queue, vhost } = this.#settings;
    return QueueSession.open({
      broker,
      vhost,
      queue,
      login: login(),
      accepts: this.#settings.accepts,
      // The next batch comes in while the function works on this one.
      limits: { size: batchSize, windowMilliseconds, prefetch: Math.min(batchSize * 2, quorumPrefetchLimit) },
      onRefused: ({ properties }, reason) =>
        this.#emit({
          type: 'record-refused',
          functionName: this.functionName,
          queue,
          messageId: properties.messageId as string | undefined,
          reason,
        }),
      clock: this.#clock,
    });
  }

  /** @returns whether a batch was done with, in whatever way */
  async #poll(session: QueueSession, halt: AbortSignal): Promise<boolean> {
    let settled = false;
    for (let failures = 0; !halt.aborted && !session.over; ) {
      const { channel, inbox } = session;
      const batch = await inbox.next();
      if (!batch || !channel || halt.aborted) continue;
      const payload = eventOf(batch, this.#settings);
      // A channel that is lost meanwhile has returned its messages already: nothing is left to acknowledge or give back.
      const held = (): boolean => !halt.aborted && session.channel === channel;
      let succeeded = await this.#invoke(batch, payload);
      while (!succeeded) {
        failures += 1;
        await pause(this.#clock, doubled(failures, this.#settings.backoffMilliseconds ?? mappingBackoff), halt);
        if (this.#settings.failureVerb !== 'memory' || !held()) break;
        succeeded = await this.#invoke(batch, payload);
      }
      if (succeeded) {
        failures = 0;
        const last = batch.at(-1);
        if (last && session.channel === channel) channel.ack(last.message, true);
        settled = true;
      } else if (this.#settings.failureVerb !== 'memory' && held()) {
        const messages = batch.map(({ message }) => message);
        await giveBack(this.#settings.failureVerb, session, channel, messages);
        settled = true;
      }
    }
    return settled;
  }

  async #invoke(batch: readonly Delivery[], payload: string): Promise<boolean> {
    this.#inFlight = batch.length;
    const begun = performance.now();
    const result = await this.#target.invoke(payload);
    this.#inFlight = 0;
    this.#emit({
      type: 'batch',
      functionName: this.functionName,
      queue: this.queue,
      records: batch.length,
      milliseconds: performance.now() - begun,
      ...(result.status === 'failed' ? { error: result.error } : {}),
    });
    return result.status === 'succeeded';
  }
}
