import { InvalidMessageError } from '../amqp/publish-errors.ts';
import type { ClaimStore } from '../claims/claim-store.ts';
import type { UnconfirmedCopy } from '../errors.ts';
import type { OutgoingMessage, PublishResult } from '../publisher.ts';
import { bareDeadLetterCopy, deadLetterCopy, deferredCopy, retryCopy } from '../recover/copy.ts';
import { describeError } from '../recover/describe-error.ts';
import type { Batch, ConsumerServices } from './batch.ts';
import { claimOf } from './claim-of.ts';
import type { Delivery } from './delivery.ts';
import { type AttemptFailure, type ForwardedFate, isForwarded } from './fate.ts';
import { logClaimProblem, logForwarded, logUnconfirmed } from './message-log.ts';

interface Forwarding {
  readonly delivery: Delivery;
  fate: ForwardedFate;
  copy: OutgoingMessage;
  result: PublishResult;
}

/**
 * Publishes the copies that deliveries need and waits once for the broker's answers; then settles their claims. A copy for the delay
 * infrastructure that turns out to be unroutable goes to the dead-letter queue instead, and so does one that no client can send.
 *
 * @returns the copies that were not confirmed; their originals must not be acknowledged
 */
export async function forward(deliveries: readonly Delivery[], batch: Batch): Promise<UnconfirmedCopy[]> {
  const forwardings: Forwarding[] = [];
  for (const delivery of deliveries) {
    const { fate } = delivery;
    if (delivery.copy === 'none' && isForwarded(fate)) {
      const copy = copyFor(delivery, fate);
      forwardings.push({ delivery, fate, copy, result: notSent });
    }
  }
  if (forwardings.length === 0) return [];
  await publish(forwardings, batch);
  await publish(forwardings.filter(divertedToDeadLetters(batch)), batch);
  await publish(forwardings.filter(strippedOfHeaders(batch)), batch);
  for (const forwarding of forwardings) noteResult(forwarding, batch);
  await settleClaims(forwardings, batch);
  return forwardings.filter(({ result }) => result.status !== 'confirmed').map(unconfirmedCopy);
}

const notSent: PublishResult = { status: 'failed', error: new Error('not sent'), mayHaveArrived: false };

function copyFor(delivery: Delivery, fate: ForwardedFate): OutgoingMessage {
  if (fate.kind === 'retry') return retryCopy(delivery, fate.failure, fate.delaySeconds);
  if (fate.kind === 'dead-letter') return deadLetterCopy(delivery, fate.failure, fate.reason);
  return deferredCopy(delivery, fate.delaySeconds);
}

async function publish(forwardings: readonly Forwarding[], { services, guard }: Batch): Promise<void> {
  if (forwardings.length === 0) return;
  try {
    const publisher = await services.publisher();
    const copies = forwardings.map(({ copy }) => copy);
    const results = await publisher.publish(copies, { deadline: guard.budget.publishBy });
    for (const [index, forwarding] of forwardings.entries()) forwarding.result = results[index] ?? notSent;
  } catch (thrown) {
    const error = thrown instanceof Error ? thrown : new Error(describeError(thrown).message, { cause: thrown });
    for (const forwarding of forwardings) forwarding.result = { status: 'failed', error, mayHaveArrived: true };
  }
}

const divertedToDeadLetters =
  ({ services }: Batch) =>
  (forwarding: Forwarding): boolean => {
    const { delivery, fate, result } = forwarding;
    if (result.status !== 'returned' || fate.kind === 'dead-letter') return false;
    const failure = failureOf(fate, result.error, services);
    forwarding.fate = { kind: 'dead-letter', reason: 'unroutable', failure };
    forwarding.copy = copyFor(delivery, forwarding.fate);
    return true;
  };

/** What no client can send will not be sendable next time either: better a dead letter without its headers than a batch that never ends. */
const strippedOfHeaders =
  ({ services }: Batch) =>
  (forwarding: Forwarding): boolean => {
    const { delivery, fate, result } = forwarding;
    if (result.status !== 'failed' || !(result.error instanceof InvalidMessageError)) return false;
    const failure = failureOf(fate, result.error, services);
    const reason = fate.kind === 'dead-letter' ? fate.reason : 'uncarriable';
    forwarding.fate = { kind: 'dead-letter', reason, failure };
    forwarding.copy = bareDeadLetterCopy(delivery, failure, reason, result.error.message);
    return true;
  };

/** Why the message failed or, where it was only put off, why its copy did. */
const failureOf = (fate: ForwardedFate, error: Error, { now }: ConsumerServices): AttemptFailure =>
  fate.kind === 'deferred' ? { error: describeError(error), at: now() } : fate.failure;

/** Leaves claims behind that the store is too slow to settle: their leases end by themselves. */
async function settleClaims(forwardings: readonly Forwarding[], batch: Batch): Promise<void> {
  const { claims, now } = batch.services;
  if (!claims) return;
  const settled = Promise.all(forwardings.map((forwarding) => settleClaim(forwarding, batch, claims)));
  let timer: NodeJS.Timeout | undefined;
  const timeIsUp = new Promise((resolve) => {
    timer = setTimeout(resolve, Math.max(0, batch.guard.budget.settleBy - now()));
  });
  await Promise.race([settled, timeIsUp]);
  clearTimeout(timer);
}

async function settleClaim({ delivery, fate }: Forwarding, batch: Batch, claims: ClaimStore): Promise<void> {
  if (!delivery.mayHoldClaim) return;
  const { key, owner } = claimOf(delivery, batch);
  try {
    // A copy for the same turn needs the claim free; only a later turn makes this one history.
    if (delivery.copy === 'confirmed' && fate.kind !== 'deferred') await claims.forwarded(key, owner);
    else await claims.release(key, owner);
  } catch (error) {
    logClaimProblem(delivery, batch, 'the claim of a forwarded message could not be settled', error);
  }
}

function noteResult({ delivery, fate, result }: Forwarding, batch: Batch): void {
  delivery.fate = fate;
  if (result.status === 'confirmed') {
    delivery.copy = 'confirmed';
    logForwarded(delivery, batch, fate);
  } else {
    delivery.copy = 'unconfirmed';
    logUnconfirmed(delivery, batch, reasonOf(result));
  }
}

const reasonOf = (result: PublishResult): string =>
  result.status === 'confirmed' ? 'confirmed' : `${result.status}: ${result.error.message}`;

function unconfirmedCopy({ delivery, copy, result }: Forwarding): UnconfirmedCopy {
  return {
    messageId: delivery.id,
    queue: delivery.raw.queue,
    exchange: copy.exchange,
    routingKey: copy.routingKey,
    reason: reasonOf(result),
  };
}
