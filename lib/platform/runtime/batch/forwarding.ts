import { InvalidMessageError } from '../publish-errors.ts';
import type { OutgoingMessage, PublishResult } from '../publisher.ts';
import { bareDeadLetterCopy, deadLetterCopy, deferredCopy, retryCopy } from '../recover/copy.ts';
import { describeError } from '../recover/describe-error.ts';
import type { Delivery } from './delivery.ts';
import type { AttemptFailure, ForwardedFate } from './fate.ts';

/** A delivery and the copy that it needs. */
export interface Forwarding {
  readonly delivery: Delivery;
  readonly fate: ForwardedFate;
  readonly copy: OutgoingMessage;
  /** The copy has lost the headers of the original; there is nothing left to leave out. */
  readonly isBare: boolean;
}

export const forwardingOf = (delivery: Delivery, fate: ForwardedFate): Forwarding => ({
  delivery,
  fate,
  copy: copyFor(delivery, fate),
  isBare: false,
});

function copyFor(delivery: Delivery, fate: ForwardedFate): OutgoingMessage {
  if (fate.kind === 'retry') return retryCopy(delivery, fate.failure, fate.delaySeconds);
  if (fate.kind === 'dead-letter') return deadLetterCopy(delivery, fate.failure, fate.reason);
  const deferrals = fate.cause === 'claims-unavailable' ? fate.deferrals : delivery.deferrals;
  return deferredCopy(delivery, fate.delaySeconds, deferrals);
}

/**
 * What to try after the broker's answer. A copy for the delay infrastructure that turns out to be unroutable goes to the dead-letter queue
 * instead, and so does one that no client can send: it will not be sendable next time either, and a dead letter without its headers is
 * better than a batch that never ends.
 *
 * @param now milliseconds since the epoch
 * @returns undefined where the answer is the last word
 */
export function diverted(forwarding: Forwarding, result: PublishResult, now: number): Forwarding | undefined {
  const { delivery, fate, isBare } = forwarding;
  if (result.status === 'returned' && fate.kind !== 'dead-letter') {
    const failure = failureOf(fate, result.error, now);
    return forwardingOf(delivery, { kind: 'dead-letter', reason: 'unroutable', failure });
  }
  if (result.status === 'failed' && result.error instanceof InvalidMessageError && !isBare) {
    const failure = failureOf(fate, result.error, now);
    const reason = fate.kind === 'dead-letter' ? fate.reason : 'unencodable';
    const copy = bareDeadLetterCopy(delivery, failure, reason, result.error.message);
    return { delivery, fate: { kind: 'dead-letter', reason, failure }, copy, isBare: true };
  }
  return undefined;
}

/** Why the message failed or, where it was only put off, why its copy did. */
const failureOf = (fate: ForwardedFate, error: Error, now: number): AttemptFailure =>
  fate.kind === 'deferred' ? { error: describeError(error), at: now } : fate.failure;
