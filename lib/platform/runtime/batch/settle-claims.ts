import { until } from '../../time/until.ts';
import type { ClaimStore } from '../claims/claim-store.ts';
import type { Batch } from './batch.ts';
import { claimOf } from './claim-of.ts';
import type { Delivery } from './delivery.ts';
import { logClaimProblem, logLateClaimLoss } from './message-log.ts';

/**
 * Settles the claims of deliveries that were handed on, or should have been. Leaves those behind that the store is too slow to settle: their
 * leases end by themselves.
 */
export async function settleClaims(deliveries: readonly Delivery[], batch: Batch): Promise<void> {
  const { claims, clock } = batch.services;
  if (!claims) return;
  const settling = Promise.all(deliveries.map((delivery) => settleClaim(delivery, batch, claims)));
  await until(clock, batch.guard.budget.settleBy, settling);
}

async function settleClaim(delivery: Delivery, batch: Batch, claims: ClaimStore): Promise<void> {
  if (!delivery.mayHoldClaim) return;
  const { key, owner } = claimOf(delivery, batch);
  try {
    // A copy for the same turn needs the claim free; only a later turn makes this one history.
    if (delivery.copy === 'confirmed' && delivery.fate?.kind !== 'deferred') {
      if (!(await claims.forwarded(key, owner))) logLateClaimLoss(delivery, batch);
    } else if (!delivery.isGivenUp) await claims.release(key, owner);
  } catch (error) {
    logClaimProblem(delivery, batch, 'the claim of a forwarded message could not be settled', error);
  }
}
