import { delayRoute } from '../../topology/delay.ts';
import { deadLetterExchange } from '../../topology/names.ts';
import { referenceHeadersOf } from '../claim-check/reference.ts';
import { Header, isBrokerHeader } from '../headers.ts';
import type { Headers, HeaderValue, MessageProperties, RawMessage } from '../message.ts';
import type { OutgoingMessage } from '../publisher.ts';
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
}

export interface Failure {
  readonly error: ErrorDescription;
  /** When the attempt failed. Milliseconds since the epoch. */
  readonly at: number;
}

/** The copy for the next attempt; it reaches the queue after `delaySeconds`. */
export function retryCopy({ raw, attempt }: Attempted, failure: Failure, delaySeconds: number): OutgoingMessage {
  const own = { ...failureHeaders(raw, failure), [Header.attempt]: attempt + 1 };
  return { ...delayRoute(delaySeconds, raw.queue), ...copyOf(raw, own) };
}

/** The copy for the dead-letter queue. */
export function deadLetterCopy(
  { raw, attempt }: Attempted,
  failure: Failure,
  reason: DeadLetterReason,
): OutgoingMessage {
  const own = { ...failureHeaders(raw, failure), [Header.attempt]: attempt, [Header.deadLetterReason]: reason };
  return { exchange: deadLetterExchange, routingKey: raw.queue, ...copyOf(raw, own) };
}

/** The same attempt once more, later: nothing has failed, so nothing is counted. */
export function deferredCopy({ raw, attempt }: Attempted, delaySeconds: number): OutgoingMessage {
  const own: Headers = attempt === 1 ? {} : { [Header.attempt]: attempt };
  return { ...delayRoute(delaySeconds, raw.queue), ...copyOf(raw, own) };
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

function copyOf(raw: RawMessage, own: Headers): Pick<OutgoingMessage, 'properties' | 'headers' | 'body'> {
  const { expiration, userId, ...kept } = raw.properties;
  const properties: MessageProperties = { ...kept, deliveryMode: 2 };
  const headers: Record<string, HeaderValue> = Object.fromEntries(
    Object.entries(raw.headers).filter(([name]) => !isBrokerHeader(name) && name !== 'BCC'),
  );
  // What an earlier failure left behind must not be taken for this one's.
  delete headers[Header.deadLetterReason];
  if (own[Header.exceptionType] !== undefined) delete headers[Header.exceptionStacktrace];
  if (headers.CC !== undefined) {
    headers[KeptHeader.cc] = headers.CC;
    delete headers.CC;
  }
  if (expiration !== undefined) headers[KeptHeader.expiration] = expiration;
  if (userId !== undefined) headers[KeptHeader.userId] = userId;
  return { properties, headers: fitHeaders(headers, { ...referenceHeadersOf(raw), ...own }), body: raw.body };
}
