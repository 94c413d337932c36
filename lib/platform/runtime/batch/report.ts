import type { Delivery } from './delivery.ts';

/** How many messages of a batch met which fate. Retried, dead-lettered and deferred count confirmed copies only. */
export interface BatchReport {
  readonly done: number;
  /** Their effects were committed by `transact`, and then their handlers failed. */
  readonly failedAfterCommit: number;
  readonly duplicate: number;
  /** Duplicates by their ids whose bodies differ from the message that was handled: other messages, most likely, which were dropped. Counted among these as well. */
  readonly duplicateWithOtherBody: number;
  /** Taken over by another invocation while this one was at it. */
  readonly claimLost: number;
  readonly retried: number;
  /** The retried ones by the attempt that failed. */
  readonly retriedAfterAttempt: Readonly<Record<number, number>>;
  readonly deadLettered: number;
  readonly deferred: number;
  /** They come back with the batch: their copies were not confirmed, the claim store refused nearly all, or others' trouble kept them from being reached. */
  readonly returned: number;
  /** Dead letters by `DeadLetterReason`. */
  readonly deadLetterReasons: Readonly<Record<string, number>>;
  /** Deferred messages by `DeferralCause`. */
  readonly deferralCauses: Readonly<Record<string, number>>;
  /** For so many the claim store gave no answer, whether they were deferred or come back with the batch. Counted among these as well. */
  readonly claimsUnavailable: number;
}

export function reportOn(deliveries: readonly Delivery[]): BatchReport {
  const counts = {
    done: 0,
    failedAfterCommit: 0,
    duplicate: 0,
    duplicateWithOtherBody: 0,
    claimLost: 0,
    retried: 0,
    deadLettered: 0,
    deferred: 0,
    returned: 0,
    claimsUnavailable: 0,
  };
  const deadLetterReasons: Record<string, number> = {};
  const deferralCauses: Record<string, number> = {};
  const retriedAfterAttempt: Record<number, number> = {};
  for (const { fate, copy, attempt } of deliveries) {
    if (fate?.kind === 'done') {
      counts.done++;
      continue;
    }
    if (fate?.kind === 'deferred' && fate.cause === 'claims-unavailable') counts.claimsUnavailable++;
    if (fate?.kind === 'duplicate' && fate.bodyDiffers) counts.duplicateWithOtherBody++;
    if (fate?.kind === 'failed-after-commit') counts.failedAfterCommit++;
    else if (fate?.kind === 'duplicate') counts.duplicate++;
    else if (fate?.kind === 'claim-lost') counts.claimLost++;
    else if (copy !== 'confirmed' || !fate) counts.returned++;
    else if (fate.kind === 'retry') {
      counts.retried++;
      retriedAfterAttempt[attempt] = (retriedAfterAttempt[attempt] ?? 0) + 1;
    } else if (fate.kind === 'dead-letter') {
      counts.deadLettered++;
      deadLetterReasons[fate.reason] = (deadLetterReasons[fate.reason] ?? 0) + 1;
    } else {
      counts.deferred++;
      deferralCauses[fate.cause] = (deferralCauses[fate.cause] ?? 0) + 1;
    }
  }
  return { ...counts, retriedAfterAttempt, deadLetterReasons, deferralCauses };
}
