import { maximumDelaySeconds } from '../../config/message-limits.ts';
import type { RetrySettings } from '../../config/retry-settings.ts';
import { backoff } from '../../time/backoff.ts';
import type { ErrorClass } from '../consumer-options.ts';
import { DecodeError, FatalError, ProcessCrashedError, RetryableError, ValidationError } from '../errors.ts';
import type { DeadLetterReason } from './dead-letter-reason.ts';

export type Decision =
  | { readonly action: 'retry'; readonly delaySeconds: number }
  | { readonly action: 'dead-letter'; readonly reason: DeadLetterReason };

export interface RecoveryPolicy extends RetrySettings {
  /** Says what errors of other libraries mean. An error that it throws itself counts as no answer. */
  readonly classify?: (error: unknown) => ErrorClass | undefined;
}

/**
 * What becomes of a message whose attempt failed.
 *
 * @param error whatever was thrown
 * @param attempt number of the attempt that failed, from 1
 * @param random a number from 0 up to, but not including, 1
 */
export function decide(error: unknown, attempt: number, policy: RecoveryPolicy, random: () => number): Decision {
  const reason = fatalReason(error, policy);
  if (reason !== undefined) return { action: 'dead-letter', reason };
  if (attempt >= policy.maxAttempts) return { action: 'dead-letter', reason: 'exhausted' };
  return { action: 'retry', delaySeconds: ownDelay(error) ?? retryDelay(attempt, policy, random) };
}

/** Seconds until the next attempt. */
export const retryDelay = (
  attempt: number,
  { baseDelaySeconds: base, maxDelaySeconds: cap }: RetrySettings,
  random: () => number,
): number => backoff(attempt, { base, cap }, random);

function fatalReason(error: unknown, { classify }: RecoveryPolicy): DeadLetterReason | undefined {
  if (isInstance(error, DecodeError)) return 'undecodable';
  if (isInstance(error, ValidationError)) return 'invalid';
  if (isInstance(error, ProcessCrashedError)) return 'process-crashed';
  const classification = classify && classified(classify, error);
  if (classification !== undefined) return classification === 'fatal' ? 'fatal' : undefined;
  return isInstance(error, FatalError) ? 'fatal' : undefined;
}

function classified(classify: (error: unknown) => ErrorClass | undefined, error: unknown): ErrorClass | undefined {
  try {
    return classify(error);
  } catch {
    // The handler's error is the one that matters, and it is retried and reported.
    return undefined;
  }
}

function ownDelay(error: unknown): number | undefined {
  if (!isInstance(error, RetryableError)) return undefined;
  const { delaySeconds } = error;
  if (typeof delaySeconds !== 'number' || Number.isNaN(delaySeconds)) return undefined;
  return Math.min(maximumDelaySeconds, Math.max(1, Math.ceil(delaySeconds)));
}

/** `instanceof` asks the value for its prototype, which throws for a revoked proxy. */
function isInstance<T>(value: unknown, type: abstract new (...args: never[]) => T): value is T {
  try {
    return value instanceof type;
  } catch {
    return false;
  }
}
