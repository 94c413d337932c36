import { shortened } from '../recover/copy.ts';
import type { DeadLetterReason } from '../recover/dead-letter-reason.ts';
import type { ErrorDescription } from '../recover/describe-error.ts';

/** Why a message goes back without having been tried. */
export type DeferralCause =
  /** The function's time was almost over. */
  | 'deadline'
  /** Another invocation holds its claim. */
  | 'busy'
  /** An earlier message with the same order key waits for its retry, in this batch or since an earlier one; this one follows it. */
  | 'order'
  /** The claim store gave no answer. */
  | 'claims-unavailable';

export interface AttemptFailure {
  readonly error: ErrorDescription;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** What becomes of a message; each gets exactly one. */
export type Fate =
  /** Its effect happened. */
  | { readonly kind: 'done' }
  /** Its effect had happened before, or it had been handed on. `bodyDiffers`: as another body, so that this one is dropped. */
  | { readonly kind: 'duplicate'; readonly handedOn?: true; readonly bodyDiffers?: true }
  /** `transact` committed its effect, and then its handler failed: what it had left to do was not done, and is not tried again. */
  | { readonly kind: 'failed-after-commit'; readonly failure: AttemptFailure }
  /** Another invocation took it over while this one was at it; the other decides what becomes of it. */
  | { readonly kind: 'claim-lost' }
  /** A copy for the next attempt. */
  | { readonly kind: 'retry'; readonly delaySeconds: number; readonly failure: AttemptFailure }
  /** A copy for the dead-letter queue. */
  | { readonly kind: 'dead-letter'; readonly reason: DeadLetterReason; readonly failure: AttemptFailure }
  /** A copy for the same attempt. */
  | {
      readonly kind: 'deferred';
      readonly delaySeconds: number;
      readonly cause: Exclude<DeferralCause, 'claims-unavailable'>;
    }
  /** A copy for the same attempt, because the claim store gave no answer, so often in this attempt. */
  | {
      readonly kind: 'deferred';
      readonly delaySeconds: number;
      readonly cause: 'claims-unavailable';
      readonly deferrals: number;
      readonly failure: AttemptFailure;
    };

/** Fates that need a copy before the original may be acknowledged. */
export type ForwardedFate = Extract<Fate, { kind: 'retry' | 'dead-letter' | 'deferred' }>;

export type DeadLetterFate = Extract<Fate, { kind: 'dead-letter' }>;

export const isForwarded = (fate: Fate | undefined): fate is ForwardedFate =>
  fate?.kind === 'retry' || fate?.kind === 'dead-letter' || fate?.kind === 'deferred';

export const done: Fate = { kind: 'done' };
/** @param claim what its claim said */
export const duplicateOf = ({
  handedOn,
  bodyDiffers,
}: {
  readonly handedOn?: true;
  readonly bodyDiffers?: true;
}): Fate => ({
  kind: 'duplicate',
  ...(handedOn && { handedOn }),
  ...(bodyDiffers && { bodyDiffers }),
});
export const claimLost: Fate = { kind: 'claim-lost' };

export const deferred = (cause: Exclude<DeferralCause, 'claims-unavailable'>, delaySeconds = 1): Fate => ({
  kind: 'deferred',
  delaySeconds,
  cause,
});

/** What a claim keeps of a dead letter until that has arrived, so that it can be published again. Texts are cut to a KiB each. */
export const storedFate = ({ reason, failure }: DeadLetterFate): string =>
  JSON.stringify({ reason, failure: shortened(failure) });

/** @param stored what `storedFate` made */
export const restoredFate = (stored: string): DeadLetterFate => ({
  kind: 'dead-letter',
  ...(JSON.parse(stored) as Omit<DeadLetterFate, 'kind'>),
});
