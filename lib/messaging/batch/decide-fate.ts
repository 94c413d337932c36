import { DeadlineExceededError } from '../errors.ts';
import { decide } from '../recover/decide.ts';
import { describeError } from '../recover/describe-error.ts';
import type { Batch } from './batch.ts';
import type { Delivery } from './delivery.ts';
import { claimLost, deferred, done, type Fate } from './fate.ts';

/** What the policy makes of a failed attempt. */
export function fateOfFailure(error: unknown, delivery: Delivery, { consumer, services }: Batch): Fate {
  const failure = { error: describeError(error), at: services.clock.now() };
  const decision = decide(error, delivery.attempt, consumer.policy, services.random);
  return decision.action === 'retry'
    ? { kind: 'retry', delaySeconds: decision.delaySeconds, failure }
    : { kind: 'dead-letter', reason: decision.reason, failure };
}

/** The fate of a delivery that the end of the function's time found unsettled. */
export function fateAtDeadline(delivery: Delivery, batch: Batch): Fate {
  switch (delivery.stage) {
    case 'committed':
    case 'completing':
      return done;
    case 'fenced':
      return claimLost;
    case 'handling':
      return fateOfFailure(
        new DeadlineExceededError('the handler had not settled when the time of the function was almost over'),
        delivery,
        batch,
      );
    default:
      return deferred('deadline');
  }
}
