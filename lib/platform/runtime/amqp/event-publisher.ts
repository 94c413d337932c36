import { uuidv7 } from 'uuidv7';
import { FunctionEnvironment } from '../../config/function-environment.ts';
import { type Clock, systemClock } from '../../time/clock.ts';
import { type ClaimCheckSettings, checkIn } from '../claim-check/check-in.ts';
import { Header } from '../headers.ts';
import type { Headers } from '../message.ts';
import { InvalidMessageError } from '../publish-errors.ts';
import type { MessagePublisher, OutgoingMessage, PublishResult } from '../publisher.ts';
import { newTrace, traceContext } from '../trace/trace-context.ts';
import { type CompressionSettings, compressor } from './compression.ts';
import { scheduledMessage } from './scheduled-delivery.ts';

/** Something that happened, to be told to whom it concerns. */
export interface Event {
  /** What happened, such as `order.placed`. Also the routing key, unless that is given. */
  readonly type: string;
  /** Sent as JSON; a `Buffer` is sent as it is. */
  readonly data: unknown;
  /** By which consumers recognise a duplicate: give the same one when you publish the same event again. @default a new UUIDv7 */
  readonly id?: string;
  /** @default the type */
  readonly routingKey?: string;
  /** When it happened. @default now */
  readonly time?: Date;
  readonly correlationId?: string;
  /** 0 to 255; quorum queues know normal (up to 4) and high (from 5 on). */
  readonly priority?: number;
  /** @default `application/json`, or `application/octet-stream` for a `Buffer` */
  readonly contentType?: string;
  /** How `data`, a `Buffer` then, is compressed already, such as `gzip`. @default not */
  readonly contentEncoding?: string;
  /** W3C `traceparent` of the span that creates this event: the active one's, or `context.trace` of a consumer. @default a new trace */
  readonly traceparent?: string;
  /** W3C `tracestate` that goes with it. */
  readonly tracestate?: string;
  readonly headers?: Headers;
  /**
   * Seconds that consumers are to wait for it; fractions are rounded up. 0 to 65,535 (18 h 12 min). It goes to whoever is bound when the
   * time has come; the topology must let the publisher do this (`scheduled: true`).
   * @default 0
   */
  readonly delay?: number;
  /** The same as a point in time; one that has passed is now. Give one of the two. */
  readonly deliverAt?: Date;
}

export interface EventPublisherOptions {
  readonly publisher: MessagePublisher;
  /** Exchange to which events go. */
  readonly exchange: string;
  /** Name of the publishing application. */
  readonly appId?: string;
  /** Compresses large bodies; the template's consumers decompress them by themselves. @default bodies are sent as they are */
  readonly compression?: CompressionSettings;
  /** Where bodies go that the broker does not take. @default the bucket that CLAIM_CHECK_BUCKET names in the environment, if any */
  readonly claimCheck?: ClaimCheckSettings;
  /** @default the machine's */
  readonly clock?: Pick<Clock, 'now'>;
}

/** An event that can be sent, or why it cannot. */
type Prepared =
  | { readonly id: string; readonly message: OutgoingMessage }
  | { readonly id: string; readonly message?: undefined; readonly error: Error };

/** The result of one event, with the id under which it was sent. */
export type EventResult = PublishResult & { readonly id: string };

export interface EventPublisher {
  /** One event. Does not reject; see the result. */
  publish(event: Event, options?: { readonly deadline?: number }): Promise<EventResult>;
  /** Many events with one wait for all confirms; results in the order given. */
  publishAll(events: readonly Event[], options?: { readonly deadline?: number }): Promise<EventResult[]>;
}

/**
 * Publishes events with all that consumers, operators and tracing need set on them.
 *
 * @example
 * const events = createEventPublisher({ publisher: createPublisher(connectionSettings()), exchange: 'events' });
 * const result = await events.publish({ type: 'order.placed', data: { orderId: '42' } });
 * if (result.status !== 'confirmed') throw result.error;
 */
export function createEventPublisher(options: EventPublisherOptions): EventPublisher {
  const { publisher } = options;
  const compressed = options.compression && compressor(options.compression);
  const checkedIn = checkIn({ bucket: process.env[FunctionEnvironment.claimCheckBucket], ...options.claimCheck });

  const reduce = async (prepared: Prepared, deadline: number | undefined): Promise<Prepared> => {
    const { id, message } = prepared;
    if (!message) return prepared;
    try {
      const smallest = compressed ? await compressed(message) : message;
      return { id, message: checkedIn ? await checkedIn(smallest, { deadline }) : smallest };
    } catch (error) {
      return { id, error: error as Error };
    }
  };

  const publishAll: EventPublisher['publishAll'] = async (events, { deadline } = {}) => {
    const written = events.map((event) => prepare(event, options));
    const prepared = compressed || checkedIn ? await Promise.all(written.map((one) => reduce(one, deadline))) : written;
    const messages = prepared.flatMap(({ message }) => message ?? []);
    const results = (await publisher.publish(messages, { deadline }))[Symbol.iterator]();
    return prepared.map((one): EventResult => {
      if (!one.message) return { id: one.id, status: 'failed', error: one.error, mayHaveArrived: false };
      return { ...(results.next().value as PublishResult), id: one.id };
    });
  };
  return {
    publishAll,
    async publish(event, publishOptions) {
      const [result] = await publishAll([event], publishOptions);
      return result as EventResult;
    },
  };
}

type EventTarget = Pick<EventPublisherOptions, 'exchange' | 'appId' | 'clock'>;

function prepare(event: Event, target: EventTarget): Prepared {
  const id = event.id ?? uuidv7();
  try {
    return { id, message: eventMessage(event, id, target) };
  } catch (error) {
    return { id, error: error as Error };
  }
}

/**
 * The message of an event. A delay counts from now.
 * @throws {InvalidMessageError} when the data is nothing that JSON can hold, or the event cannot wait that long
 */
export function eventMessage(
  event: Event,
  id: string,
  { exchange, appId, clock = systemClock }: EventTarget,
): OutgoingMessage {
  const now = clock.now();
  const routingKey = event.routingKey ?? event.type;
  const binary = event.data instanceof Uint8Array;
  const message = {
    exchange,
    routingKey,
    properties: {
      messageId: id,
      type: event.type,
      timestamp: event.time ?? new Date(now),
      contentType: event.contentType ?? (binary ? 'application/octet-stream' : 'application/json'),
      deliveryMode: 2,
      ...(appId === undefined ? {} : { appId }),
      ...(event.contentEncoding === undefined ? {} : { contentEncoding: event.contentEncoding }),
      ...(event.correlationId === undefined ? {} : { correlationId: event.correlationId }),
      ...(event.priority === undefined ? {} : { priority: event.priority }),
    },
    headers: {
      ...event.headers,
      ...traceHeaders(event),
      [Header.originalExchange]: exchange,
      [Header.originalRoutingKey]: routingKey,
    },
    body: binary ? Buffer.from(event.data as Uint8Array) : jsonBody(event),
  };
  return scheduledMessage(message, event, now);
}

/**
 * The context that is given is the one in which the message was created, to which consumers link; a span that nobody records would only be
 * in the way. W3C Trace Context: a `tracestate` counts only beside a `traceparent` that can be read.
 */
function traceHeaders({ traceparent, tracestate }: Event): Headers {
  const trace = traceContext(traceparent, tracestate) ?? newTrace();
  return {
    traceparent: trace.traceparent,
    ...(trace.tracestate === undefined ? {} : { tracestate: trace.tracestate }),
  };
}

function jsonBody({ type, data }: Event): Buffer {
  let text: string | undefined;
  try {
    text = JSON.stringify(data);
  } catch (error) {
    throw new InvalidMessageError(`data of event ${type} cannot be written as JSON: ${(error as Error).message}`, {
      cause: error,
    });
  }
  if (text === undefined)
    throw new InvalidMessageError(`data of event ${type} is ${typeof data}; JSON has no such thing`);
  return Buffer.from(text);
}
