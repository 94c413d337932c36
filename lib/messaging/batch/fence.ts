import { DeadlineExceededError } from '../errors.ts';
import { describeError } from '../recover/describe-error.ts';
import type { Batch } from './batch.ts';
import { claimOf } from './claim-of.ts';
import { fateAfterCommit } from './decide-fate.ts';
import type { Delivery } from './delivery.ts';
import { claimLost } from './fate.ts';
import { until } from './until.ts';

/**
 * Makes sure that the transaction of a delivery whose answer is missing can't commit any more, before a dead letter says that nothing
 * happened. The claim is given back, which its transaction needs, and claimed again by a new owner: whatever happens in between, the
 * message is lost to nobody.
 *
 * @returns why the dead letter must not be published; undefined where it may, or where none is needed because the transaction has committed
 */
export async function fence(delivery: Delivery, batch: Batch): Promise<string | undefined> {
  const { clock } = batch.services;
  try {
    const outcome = await until(clock, batch.guard.budget.publishBy, ownAnew(delivery, batch));
    return outcome ? undefined : 'its transaction may still commit, and the claim store gave no answer in time';
  } catch (error) {
    return `its transaction may still commit: ${describeError(error).message}`;
  }
}

async function ownAnew(delivery: Delivery, batch: Batch): Promise<true> {
  const { claims } = batch.services;
  if (!claims) return true;
  const old = claimOf(delivery, batch);
  await claims.release(old.key, old.owner);
  const request = {
    key: old.key,
    owner: `${old.owner}/handed on`,
    turn: delivery.turn,
    leaseUntil: batch.guard.budget.endsAt,
  };
  const outcome = await claims.claim(request);
  const isOurs =
    outcome.status === 'claimed' ||
    (outcome.status === 'suspect' && (await claims.takeOver({ ...request, crashes: outcome.crashes }, outcome.owner)));
  if (isOurs) delivery.fencedOff();
  else if (outcome.status === 'duplicate' && !outcome.handedOn)
    delivery.foundSettled(fateAfterCommit(new DeadlineExceededError('its transaction was answered too late'), batch));
  else delivery.foundSettled(claimLost);
  return true;
}
