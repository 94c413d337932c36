import { maximumDelaySeconds } from '../../config/message-limits.ts';
import type { ClaimRequest, ClaimStore } from '../claims/claim-store.ts';
import type { Message } from '../message.ts';
import type { Batch } from './batch.ts';
import { claimOf } from './claim-of.ts';
import { fateAfterCommit, fateOfFailure, fateWithoutClaim } from './decide-fate.ts';
import type { Delivery } from './delivery.ts';
import { claimLost, deferred, done, duplicateOf, restoredFate } from './fate.ts';
import { HandlerContext } from './handler-context.ts';
import { logClaimProblem } from './message-log.ts';
import { withMessage } from './read-message.ts';

/**
 * Claims a delivery, handles it and settles its fate. Never rejects. Leaves the fate open where the claim says that an earlier
 * owner vanished: the delivery is then a suspect, and `handleSuspect` is for later, when nobody else can come to harm.
 */
export function handleDelivery(delivery: Delivery, batch: Batch): Promise<void> {
  const { claims } = batch.services;
  // One whose order key had to be known was claimed ahead of its turn.
  return claims && delivery.stage !== 'claimed' ? claimAndHandle(delivery, batch, claims) : handle(delivery, batch);
}

async function claimAndHandle(delivery: Delivery, batch: Batch, claims: ClaimStore): Promise<void> {
  if (await claimDelivery(delivery, batch, claims)) await handle(delivery, batch);
}

/** Asks for the claim of a delivery; `true` when it may be read and handled now. Never rejects. */
export async function claimDelivery(delivery: Delivery, batch: Batch, claims: ClaimStore): Promise<boolean> {
  if (!delivery.startClaiming()) return false;
  try {
    const outcome = await claims.claim(claimRequest(delivery, batch));
    if (outcome.status === 'claimed') return delivery.claimGranted();
    if (outcome.status === 'duplicate') delivery.claimRefused(duplicateOf(outcome));
    else if (outcome.status === 'busy')
      delivery.claimRefused(deferred('busy', secondsUntil(outcome.leaseUntil, batch)));
    else if (outcome.status === 'given-up') delivery.wasGivenUp(restoredFate(outcome.letter), outcome.owner);
    else delivery.suspect(outcome);
  } catch (error) {
    claimsUnavailable(delivery, batch, error);
  }
  return false;
}

const handle = (delivery: Delivery, batch: Batch): Promise<void> =>
  batch.spans ? batch.spans.record(delivery, () => attempt(delivery, batch)) : attempt(delivery, batch);

async function attempt(delivery: Delivery, batch: Batch): Promise<void> {
  // Time may have passed since the claim: another handler may have kept the event loop busy.
  if (batch.services.claims && batch.guard.isOver()) delivery.settle(deferred('deadline'));
  if (!delivery.startHandling()) return;
  try {
    const handled = withMessage(delivery, batch, (message) => {
      noteOrderKey(delivery, message, batch);
      // The time may have been up while it was read.
      return delivery.fate ? undefined : batch.consumer.handle(message, new HandlerContext(delivery, batch));
    });
    if (isThenable(handled)) await handled;
  } catch (error) {
    failed(delivery, batch, error);
  }
  if (delivery.stage === 'fenced') delivery.settle(claimLost);
  else if (delivery.stage === 'committed' || !batch.services.claims) delivery.settle(done);
  else await complete(delivery, batch, batch.services.claims);
}

/** Nothing was read ahead of a further delivery of a message whose first one was not read. */
function noteOrderKey(delivery: Delivery, message: Message<unknown>, { consumer }: Batch): void {
  if (consumer.orderBy && !delivery.readAhead) delivery.wasReadAhead({ orderKey: consumer.orderBy(message) });
}

function failed(delivery: Delivery, batch: Batch, error: unknown): void {
  if (delivery.stage === 'committed') delivery.settle(fateAfterCommit(error, batch));
  else if (delivery.stage !== 'fenced') delivery.settle(fateOfFailure(error, delivery, batch));
}

async function complete(delivery: Delivery, batch: Batch, claims: ClaimStore): Promise<void> {
  if (!delivery.startCompleting()) return;
  const { key, owner } = claimOf(delivery, batch);
  try {
    delivery.settle((await claims.complete(key, owner)) ? done : claimLost);
  } catch (error) {
    logClaimProblem(delivery, batch, 'the claim of a handled message could not be completed', error);
    // The effect has happened: a retry would only repeat it.
    delivery.settle(done);
  }
}

/** What it means for a delivery that its claim was asked for in vain. */
export function claimsUnavailable(delivery: Delivery, batch: Batch, error: unknown): void {
  logClaimProblem(delivery, batch, 'the claim store gave no answer', error);
  delivery.settle(fateWithoutClaim(error, delivery, batch));
}

export const claimRequest = (delivery: Delivery, batch: Batch): ClaimRequest => ({
  ...claimOf(delivery, batch),
  turn: delivery.turn,
  leaseUntil: batch.guard.budget.endsAt,
  digest: delivery.digest,
});

function secondsUntil(time: number, { services }: Batch): number {
  return Math.min(maximumDelaySeconds, Math.max(1, Math.ceil((time - services.clock.now()) / 1000)));
}

const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
