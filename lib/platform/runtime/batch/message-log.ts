import { describeError } from '../recover/describe-error.ts';
import type { Batch } from './batch.ts';
import type { Delivery } from './delivery.ts';
import type { ForwardedFate } from './fate.ts';

/** By which a line is found again; the trace under the name that OpenTelemetry has for it in logs that are not its own. */
export function keysOf({ id, attempt, raw, trace }: Delivery): Record<string, string | number> {
  return { messageId: id, attempt, queue: raw.queue, ...(trace && { trace_id: trace.traceId }) };
}

/** One line for each message that was handed on, after the broker has confirmed its copy. */
export function logForwarded(delivery: Delivery, { logger }: Batch, fate: ForwardedFate): void {
  const keys = keysOf(delivery);
  if (fate.kind === 'retry') {
    logger().warn('message will be retried', {
      ...keys,
      delaySeconds: fate.delaySeconds,
      failure: { ...fate.failure.error },
    });
  } else if (fate.kind === 'dead-letter') {
    logger().error('message went to the dead-letter queue', {
      ...keys,
      reason: fate.reason,
      failure: { ...fate.failure.error },
    });
  } else {
    logger().info('message was put off', { ...keys, cause: fate.cause, delaySeconds: fate.delaySeconds });
  }
}

export function logUnconfirmed(delivery: Delivery, { logger }: Batch, reason: string): void {
  logger().error('copy of a message was not confirmed; the batch has to come back', { ...keysOf(delivery), reason });
}

export function logClaimProblem(delivery: Delivery, { logger }: Batch, what: string, error: unknown): void {
  logger().error(what, { ...keysOf(delivery), failure: { ...describeError(error) } });
}

/** What nothing was said about while it was settled. Duplicates are many after a batch has come back, so they are told at level debug. */
export function logFate(delivery: Delivery, { logger }: Batch): void {
  const { fate } = delivery;
  if (fate?.kind === 'duplicate' && fate.bodyDiffers) {
    logger().warn(
      'a message with the id of another one, but another body, was dropped as its duplicate',
      keysOf(delivery),
    );
  } else if (fate?.kind === 'duplicate') {
    logger().debug('the message is a duplicate', keysOf(delivery));
  } else if (fate?.kind === 'claim-lost') {
    logger().warn('another invocation took this message over', keysOf(delivery));
  } else if (fate?.kind === 'failed-after-commit') {
    logger().error('the handler failed after its effect was committed; the rest of its work was not done', {
      ...keysOf(delivery),
      failure: { ...fate.failure.error },
    });
  }
}

export function logHealthUnreported({ logger }: Batch, error: unknown): void {
  logger().warn('how the consumer fares could not be reported to the circuit breaker', {
    failure: { ...describeError(error) },
  });
}

/** Its copy is a later turn, or a dead letter, and the other decides what becomes of it. */
export function logLateClaimLoss(delivery: Delivery, { logger }: Batch): void {
  logger().warn('the claim of a message that was handed on had become another one, or was settled', keysOf(delivery));
}
