import { until } from '../../time/until.ts';
import { DeadlineExceededError } from '../errors.ts';
import { describeError } from '../recover/describe-error.ts';
import type { Batch } from './batch.ts';
import { claimOf } from './claim-of.ts';
import { fateAfterCommit } from './decide-fate.ts';
import type { Delivery } from './delivery.ts';
import { claimLost, type DeadLetterFate, storedFate } from './fate.ts';

/**
 * Writes into the claim of a delivery that it ends as a dead letter, before that is published. Whoever gets the message again, because the process
 * ended or nobody knows whether the letter arrived, publishes the letter again: a handler might succeed this time, with the letter there. A
 * transaction whose answer is missing can't commit any more, since it needs a claim in progress.
 *
 * @returns why the letter must not be published; undefined where it may, or where none is needed because the claim says so
 */
export async function giveUp(delivery: Delivery, fate: DeadLetterFate, batch: Batch): Promise<string | undefined> {
  const { clock } = batch.services;
  try {
    const written = await until(clock, batch.guard.budget.publishBy, writeDown(delivery, fate, batch));
    return written ? undefined : 'its claim could not be given up: the claim store gave no answer in time';
  } catch (error) {
    return `its claim could not be given up: ${describeError(error).message}`;
  }
}

async function writeDown(delivery: Delivery, fate: DeadLetterFate, batch: Batch): Promise<true> {
  const { claims } = batch.services;
  if (!claims) return true;
  const { key, owner } = claimOf(delivery, batch);
  if (await claims.giveUp(key, owner, storedFate(fate))) delivery.givenUp();
  else if (delivery.mayCommit && (await claims.complete(key, owner)))
    delivery.foundSettled(fateAfterCommit(new DeadlineExceededError('its transaction was answered too late'), batch));
  else delivery.foundSettled(claimLost);
  return true;
}
