import type { ClaimStore } from '../claims/claim-store.ts';
import { ProcessCrashedError } from '../errors.ts';
import type { Batch } from './batch.ts';
import { claimOf } from './claim-of.ts';
import { fateOfFailure } from './decide-fate.ts';
import type { Delivery } from './delivery.ts';
import { deferred } from './fate.ts';
import { claimRequest, claimsUnavailable, handleDelivery } from './handle-delivery.ts';
import { logClaimProblem } from './message-log.ts';
import { readClaimed } from './read-ahead.ts';

/** A message whose owner has vanished this often is taken for what kills the process. */
const maximumCrashes = 3;

/** Takes a suspect from its vanished owner and handles it, or gives it up. To be called with nothing else in progress. */
export async function handleSuspect(delivery: Delivery, batch: Batch): Promise<void> {
  const { crashed } = delivery;
  const { claims, order } = batch.services;
  if (!crashed || !claims || !delivery.startClaiming()) return;
  try {
    if (!(await claims.takeOver({ ...claimRequest(delivery, batch), crashes: crashed.crashes }, crashed.owner))) {
      delivery.claimRefused(deferred('busy'));
      return;
    }
  } catch (error) {
    claimsUnavailable(delivery, batch, error);
    return;
  }
  if (!delivery.claimGranted()) return;
  const { crashes, orderKey } = crashed;
  if (crashes >= maximumCrashes) {
    // Reading it may be what ends the process, but those that it was put off with still wait for it under its key.
    if (orderKey !== undefined) delivery.wasReadAhead({ orderKey });
    const error = new ProcessCrashedError(`the process ended ${crashes} times while it handled this message`);
    delivery.settle(fateOfFailure(error, delivery, batch));
    return;
  }
  if (order) await readNotingKey(delivery, batch, claims);
  await handleDelivery(delivery, batch);
}

/** Where the process ends once more, its claim says which key waits for it. */
async function readNotingKey(delivery: Delivery, batch: Batch, claims: ClaimStore): Promise<void> {
  const { orderBy } = batch.consumer;
  if (!orderBy) return;
  await readClaimed(delivery, batch, orderBy);
  const { orderKey } = delivery;
  if (orderKey === undefined || orderKey === delivery.crashed?.orderKey) return;
  const { key, owner } = claimOf(delivery, batch);
  try {
    if (!(await claims.noteOrderKey(key, owner, orderKey))) delivery.claimRefused(deferred('busy'));
  } catch (error) {
    // At worst its key waits until it is taken for lost.
    logClaimProblem(delivery, batch, 'the order key of a message that may end the process could not be noted', error);
  }
}
