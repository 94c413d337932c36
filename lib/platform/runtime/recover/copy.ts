import { delayRoute } from '../../topology/delay.ts';
import { deadLetterExchange } from '../../topology/names.ts';
import { referenceHeadersOf } from '../claim-check/reference.ts';
import { Header, isBrokerHeader } from '../headers.ts';
import type { Headers, HeaderValue, MessageProperties, RawMessage } from '../message.ts';
import type { OutgoingMessage } from '../publisher.ts';
import { truncateUtf8 } from '../truncate-utf8.ts';
import type { DeadLetterReason } from './dead-letter-reason.ts';
import type { ErrorDescription } from './describe-error.ts';
import { fitHeaders } from './fit-headers.ts';

/**
 * What the original had and a copy must not have, kept for whoever looks at a dead letter.
 * An `expiration` would let the copy vanish while it waits; a `userId` must equal the login of whoever publishes; `CC` makes the
 * broker route the copy to further queues (sender-selected distribution).
 */
export const KeptHeader = {
  expiration: 'x-original-expiration',
  userId: 'x-original-user-id',
  cc: 'x-original-cc',
} as const;

/** A message and the number of the attempt that it was delivered for. */
export interface Attempted {
  readonly raw: RawMessage;
  readonly attempt: number;
  /** How often it was replayed from a dead-letter queue. */
  readonly redriveCount: number;
}

export interface Failure {
  readonly error: ErrorDescription;
  /** When the attempt failed. Milliseconds since the epoch. */
  readonly at: number;
}

/**
 * What a copy for a retry says of the error, in bytes. Lambda spells each byte of a header as a number, about four characters, and an event has 6 MB:
 * whole stacks (24 KiB) would leave room for some 60 messages. The dead letter has the last failure's in full.
 */
const retriedErrorBytes = 1024;

/** The copy for the next attempt; it reaches the queue after `delaySeconds`. */
export function retryCopy(message: Attempted, failure: Failure, delaySeconds: number): OutgoingMessage {
  const { raw, attempt } = message;
  const own = { ...failureHeaders(raw, shortened(failure)), [Header.attempt]: attempt + 1 };
  return { ...delayRoute(delaySeconds, raw.queue), ...copyOf(message, own) };
}

/** The copy for the dead-letter queue. */
export function deadLetterCopy(message: Attempted, failure: Failure, reason: DeadLetterReason): OutgoingMessage {
  const { raw, attempt } = message;
  const own = { ...failureHeaders(raw, failure), [Header.attempt]: attempt, [Header.deadLetterReason]: reason };
  return { exchange: deadLetterExchange, routingKey: raw.queue, ...copyOf(message, own) };
}

/**
 * The copy for the dead-letter queue without the headers of the original, and with those of its properties only that say what the body is and
 * whose it is: for a message whose own copy no client can send.
 *
 * @param problem why not; kept in place of the names of dropped headers
 */
export function bareDeadLetterCopy(
  message: Attempted,
  failure: Failure,
  reason: DeadLetterReason,
  problem: string,
): OutgoingMessage {
  const { messageId, correlationId, type, appId, contentType, contentEncoding } = message.raw.properties;
  const properties = { messageId, correlationId, type, appId, contentType, contentEncoding };
  const raw = { ...message.raw, properties, headers: {} };
  const copy = deadLetterCopy({ ...message, raw }, failure, reason);
  const dropped = truncateUtf8(`all, and some properties: ${problem}`, 1024);
  return { ...copy, headers: { ...copy.headers, [Header.droppedHeaders]: dropped } };
}

/**
 * The same attempt once more, later: nothing has failed, so no attempt is counted.
 *
 * @param deferrals how often the attempt was put off because of the claim store; 0 leaves it out
 */
export function deferredCopy(message: Attempted, delaySeconds: number, deferrals = 0): OutgoingMessage {
  const { raw, attempt } = message;
  const own: Headers = {
    ...(attempt > 1 && { [Header.attempt]: attempt }),
    ...(deferrals > 0 && { [Header.deferrals]: deferrals }),
  };
  return { ...delayRoute(delaySeconds, raw.queue), ...copyOf(message, own) };
}

/** A failure in what a header or a claim has room for. */
export function shortened({ error: { type, message, stack }, at }: Failure): Failure {
  const error = {
    type,
    message: truncateUtf8(message, retriedErrorBytes),
    ...(stack !== undefined && { stack: truncateUtf8(stack, retriedErrorBytes) }),
  };
  return { error, at };
}

function failureHeaders(raw: RawMessage, { error, at }: Failure): Headers {
  const now = new Date(at).toISOString();
  const first = raw.headers[Header.firstFailedAt];
  return {
    [Header.firstFailedAt]: typeof first === 'string' && first.length <= 40 ? first : now,
    [Header.lastFailedAt]: now,
    [Header.exceptionType]: error.type,
    [Header.exceptionMessage]: error.message,
    ...(error.stack === undefined ? {} : { [Header.exceptionStacktrace]: error.stack }),
    [Header.originalQueue]: raw.queue,
  };
}

function copyOf(
  { raw, redriveCount }: Attempted,
  own: Headers,
): Pick<OutgoingMessage, 'properties' | 'headers' | 'body'> {
  const { expiration, userId, ...kept } = raw.properties;
  const properties: MessageProperties = { ...kept, deliveryMode: 2 };
  const headers: Record<string, HeaderValue> = Object.fromEntries(
    Object.entries(raw.headers).filter(([name]) => !isBrokerHeader(name) && name !== 'BCC'),
  );
  // What an earlier failure left behind must not be taken for this one's.
  delete headers[Header.deadLetterReason];
  delete headers[Header.attempt];
  delete headers[Header.deferrals];
  // Not to be dropped for want of room: without it the copy would be taken for an earlier one.
  const redrives: Headers = redriveCount === 0 ? {} : { [Header.redriveCount]: redriveCount };
  if (own[Header.exceptionType] !== undefined) delete headers[Header.exceptionStacktrace];
  if (headers.CC !== undefined) {
    headers[KeptHeader.cc] = headers.CC;
    delete headers.CC;
  }
  if (expiration !== undefined) headers[KeptHeader.expiration] = expiration;
  if (userId !== undefined) headers[KeptHeader.userId] = userId;
  return {
    properties,
    headers: fitHeaders(headers, { ...referenceHeadersOf(raw), ...redrives, ...own }),
    body: raw.body,
  };
}
