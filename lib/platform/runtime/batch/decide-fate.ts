import { DeadlineExceededError } from '../errors.ts';
import { decide, retryDelay } from '../recover/decide.ts';
import { describeError } from '../recover/describe-error.ts';
import type { Batch, ConsumerServices } from './batch.ts';
import type { Delivery } from './delivery.ts';
import { type AttemptFailure, claimLost, deferred, done, type Fate } from './fate.ts';

/** What the policy makes of a failed attempt. */
export function fateOfFailure(error: unknown, delivery: Delivery, { consumer, services }: Batch): Fate {
  const failure = failureOf(error, services);
  const decision = decide(error, delivery.attempt, consumer.policy, services.random);
  return decision.action === 'retry'
    ? { kind: 'retry', delaySeconds: decision.delaySeconds, failure }
    : { kind: 'dead-letter', reason: decision.reason, failure };
}

/** The effect has happened and stays; the rest of the handler's work has not, and a retry would find a duplicate. */
export const fateAfterCommit = (error: unknown, { services }: Batch): Fate => ({
  kind: 'failed-after-commit',
  failure: failureOf(error, services),
});

/** A claim store that does not answer for one message while it does for others is given so many chances before that counts as a failed attempt. */
export const maximumDeferrals = 10;

/** The message has done nothing wrong, so this is not counted as an attempt, up to a limit: something about its record may be wrong for good. */
export function fateWithoutClaim(error: unknown, delivery: Delivery, batch: Batch): Fate {
  const deferrals = delivery.deferrals + 1;
  if (deferrals > maximumDeferrals) return fateOfFailure(error, delivery, batch);
  const delaySeconds = retryDelay(deferrals, batch.consumer.policy, batch.services.random);
  return {
    kind: 'deferred',
    cause: 'claims-unavailable',
    delaySeconds,
    deferrals,
    failure: failureOf(error, batch.services),
  };
}

const failureOf = (error: unknown, { clock }: ConsumerServices): AttemptFailure => ({
  error: describeError(error),
  at: clock.now(),
});

/** The fate of a delivery that the end of the function's time found unsettled. */
export function fateAtDeadline(delivery: Delivery, batch: Batch): Fate {
  switch (delivery.stage) {
    case 'committed':
      return fateAfterCommit(leftBehind(), batch);
    case 'completing':
      return done;
    case 'fenced':
      return claimLost;
    case 'handling':
      return fateOfFailure(leftBehind(), delivery, batch);
    case 'claiming':
      return fateWithoutClaim(new DeadlineExceededError('the claim store had not answered in time'), delivery, batch);
    default:
      return deferred('deadline');
  }
}

const leftBehind = (): DeadlineExceededError =>
  new DeadlineExceededError('the handler had not settled when the time of the function was almost over');
