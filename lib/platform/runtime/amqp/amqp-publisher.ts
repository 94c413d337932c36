import { defaultMessageSize } from '../../config/message-limits.ts';
import { type Clock, systemClock } from '../../time/clock.ts';
import { BacklogFullError, DeadlineError, type PublishError, PublisherClosedError } from '../publish-errors.ts';
import type { MessagePublisher, OutgoingMessage, PublishResult } from '../publisher.ts';
import { BrokerConnection } from './broker-connection.ts';
import type { ConnectionLog } from './connection-log.ts';
import type { ConnectionSettings } from './connection-settings.ts';
import { Dispatcher } from './dispatcher.ts';
import { encodeMessage, type SizeLimits } from './message-encoding.ts';
import { Pending, PublishCall } from './publish-call.ts';
import type { PublishingConnection } from './publishing-connection.ts';

export interface PublishingOptions {
  /** Messages sent and not answered yet; more wait. What the broker refused counts by itself. 1 to 65,535. @default 1000 */
  readonly window?: number;
  /** Largest body in bytes. @default 524288, the `max_message_size` of Amazon MQ for RabbitMQ 4 */
  readonly maximumBodyBytes?: number;
  /** Time for a call that names no deadline, in milliseconds. @default 30000 */
  readonly timeoutMilliseconds?: number;
  /** A broker that owes answers and gives none for this long is taken for gone; it is reconnected to. @default 10000 */
  readonly confirmTimeoutMilliseconds?: number;
  /** How often a message is sent in all that the broker refuses (`basic.nack`). @default 8 */
  readonly maximumRefusals?: number;
  /** Messages of all calls that may be without a result; a call that goes beyond fails, unless it is the only one. @default 10000 */
  readonly backlogMessages?: number;
  /** Bytes of the bodies of those messages. @default 67108864 (64 MiB) */
  readonly backlogBytes?: number;
  /** @default the machine's */
  readonly clock?: Clock;
  /** A number in [0, 1), for jitter. @default Math.random */
  readonly random?: () => number;
}

export interface PublisherOptions extends PublishingOptions {
  /** @default nothing is logged */
  readonly log?: ConnectionLog;
}

export interface AmqpPublisher extends MessagePublisher {
  /**
   * Publishes with confirms: mandatory, persistent unless the message says otherwise. What was lost or refused is sent
   * again until the deadline, in milliseconds since the epoch; the message id stays, so that consumers recognise
   * duplicates. Never rejects.
   */
  publish(messages: readonly OutgoingMessage[], options?: { readonly deadline?: number }): Promise<PublishResult[]>;
  /** Begins to open connection and channel, if there are none: one attempt. Without effect once it was closed. */
  warmUp(): void;
  /** Waits for the calls that are under way, then closes the connection. */
  close(): Promise<void>;
}

/** A publisher with one connection of its own, opened at the first message, or ahead of it, and reopened when needed. */
export const createPublisher = (settings: ConnectionSettings, options: PublisherOptions = {}): AmqpPublisher =>
  publisherOver(new BrokerConnection(settings, options), options);

/** A publisher over a connection that is given, which is closed with it. */
export function publisherOver(connection: PublishingConnection, options: PublishingOptions = {}): AmqpPublisher {
  const limits = checkOptions(options);
  const { clock = systemClock, random = Math.random } = options;
  const dispatcher = new Dispatcher(connection, limits, { clock, random });
  const underWay = new Set<Promise<unknown>>();
  const backlog = { messages: 0, bytes: 0 };
  let closed = false;

  async function run(messages: readonly OutgoingMessage[], deadline: number): Promise<PublishResult[]> {
    const call = new PublishCall(messages.length, deadline);
    const { entries, bytes } = prepare(call, messages, limits, clock);
    const remaining = deadline - clock.now();
    const refusal = closed ? new PublisherClosedError() : admission(entries.length, bytes, remaining);
    if (refusal) {
      for (const entry of entries) entry.fail(refusal, false);
      return call.results;
    }
    backlog.messages += entries.length;
    backlog.bytes += bytes;
    const cancelExpiry = clock.after(remaining, () => dispatcher.expire(entries));
    try {
      dispatcher.send(entries);
      return await call.results;
    } finally {
      cancelExpiry();
      backlog.messages -= entries.length;
      backlog.bytes -= bytes;
    }
  }

  function admission(messages: number, bytes: number, remaining: number): PublishError | undefined {
    if (!(remaining > 0)) return new DeadlineError('the deadline had passed before anything was sent');
    if (backlog.messages === 0) return undefined;
    if (backlog.messages + messages > limits.backlogMessages)
      return new BacklogFullError(`${backlog.messages} messages`, `${limits.backlogMessages} messages`);
    if (backlog.bytes + bytes > limits.backlogBytes)
      return new BacklogFullError(`${backlog.bytes} bytes`, `${limits.backlogBytes} bytes`);
    return undefined;
  }

  return {
    publish(messages, { deadline } = {}) {
      const results = run(messages, deadline ?? clock.now() + limits.timeoutMilliseconds);
      underWay.add(results);
      return results.finally(() => underWay.delete(results));
    },
    warmUp() {
      if (!closed) dispatcher.warmUp();
    },
    async close() {
      closed = true;
      await Promise.all(underWay);
      await connection.close();
    },
  };
}

/** Messages that cannot be sent at all get their result here; the others go on. */
function prepare(call: PublishCall, messages: readonly OutgoingMessage[], limits: SizeLimits, clock: Clock) {
  const entries: Pending[] = [];
  let bytes = 0;
  messages.forEach((message, index) => {
    try {
      const entry = new Pending(call, index, message, encodeMessage(message, limits));
      entry.route(clock);
      entries.push(entry);
      bytes += message.body.length;
    } catch (error) {
      call.settle(index, { status: 'failed', error: error as Error, mayHaveArrived: false });
    }
  });
  return { entries, bytes };
}

function checkOptions(options: PublishingOptions) {
  const limits = {
    window: options.window ?? 1000,
    maximumBodyBytes: options.maximumBodyBytes ?? defaultMessageSize,
    timeoutMilliseconds: options.timeoutMilliseconds ?? 30_000,
    confirmTimeoutMilliseconds: options.confirmTimeoutMilliseconds ?? 10_000,
    maximumRefusals: options.maximumRefusals ?? 8,
    backlogMessages: options.backlogMessages ?? 10_000,
    backlogBytes: options.backlogBytes ?? 64 * 1024 * 1024,
  };
  for (const [name, value] of Object.entries(limits))
    if (!Number.isInteger(value) || value < 1)
      throw new RangeError(`${name} is ${value}; it must be a whole number above 0`);
  if (limits.window > 65_535) throw new RangeError(`window is ${limits.window}; it must be at most 65535`);
  return limits;
}
