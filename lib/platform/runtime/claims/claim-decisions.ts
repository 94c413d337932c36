import { type ClaimRecord, isPresent, type SettledState, unknownDigest } from './claim-record.ts';
import { areOfOneProcess, type ClaimOutcome, type ClaimRequest } from './claim-store.ts';
import { type ClaimWrite, holds } from './claim-write.ts';

/**
 * What a claim leads to, given the record that is there. `claimable` means that the request may write itself into the
 * record, keeping `crashes`.
 *
 * @param write what `claimWrite` makes of the request
 */
export const decideClaim = (
  record: ClaimRecord | undefined,
  request: ClaimRequest,
  write: ClaimWrite,
  now: number,
): ClaimOutcome | { readonly status: 'claimable'; readonly crashes: number } => {
  if (holds(write, record) || !isPresent(record, now)) return { status: 'claimable', crashes: 0 };
  if (record.state === 'DONE') return duplicateOf(record, request);
  if (request.turn < record.turn || record.state === 'FORWARDED')
    return { ...duplicateOf(record, request), handedOn: true };
  const isOfThisProcess = areOfOneProcess(record.owner, request.owner);
  if (record.state === 'GIVEN_UP') {
    // Another process may be about to publish the letter; an earlier invocation of this one has ended.
    if (record.leaseUntil > now && !isOfThisProcess) return { status: 'busy', leaseUntil: record.leaseUntil };
    return { status: 'given-up', letter: record.letter ?? '', owner: record.owner };
  }
  if (record.state === 'IN_PROGRESS') {
    if (record.owner === request.owner) return { status: 'claimed' };
    if (record.leaseUntil > now) return { status: 'busy', leaseUntil: record.leaseUntil };
    // A process that is still there has not crashed: the store did not answer when it wanted to give the claim back.
    if (!isOfThisProcess) return suspect(record, record.crashes + 1);
  }
  // Given back unused: no further crash, but what is known of it stays, or it would be handled beside others.
  return record.crashes > 0 ? suspect(record, record.crashes) : { status: 'claimable', crashes: 0 };
};

const suspect = ({ owner, orderKey }: ClaimRecord, crashes: number): Extract<ClaimOutcome, { status: 'suspect' }> => ({
  status: 'suspect',
  crashes,
  owner,
  ...(orderKey !== undefined && { orderKey }),
});

const duplicateOf = (record: ClaimRecord, request: ClaimRequest): Extract<ClaimOutcome, { status: 'duplicate' }> => ({
  status: 'duplicate',
  ...(isOtherBody(record.digest, request.digest) && { bodyDiffers: true }),
});

/** Where one of the two is not known, nothing is. */
const isOtherBody = (one: string, other = unknownDigest): boolean =>
  one !== other && one !== unknownDigest && other !== unknownDigest;

/** Answer to a write that may have been applied by an earlier try of the same request. */
export type Settlement = 'write' | 'already' | 'fenced';

/** Whether `request.owner` may take the record over: `write` is what `takeOverWrite` makes of the request. */
export const decideTakeOver = (
  record: ClaimRecord | undefined,
  request: ClaimRequest,
  write: ClaimWrite,
  now: number,
): Settlement => {
  if (holds(write, record)) return 'write';
  const isOurs =
    isPresent(record, now) &&
    record.state === 'IN_PROGRESS' &&
    record.turn === request.turn &&
    record.owner === request.owner;
  return isOurs ? 'already' : 'fenced';
};

/** Whether `owner` may settle the record as `state`: `write` is what `settleWrite` makes of both. */
export const decideSettle = (
  record: ClaimRecord | undefined,
  owner: string,
  state: SettledState,
  write: ClaimWrite,
  now: number,
): Settlement => {
  if (holds(write, record)) return 'write';
  return isPresent(record, now) && record.owner === owner && record.state === state ? 'already' : 'fenced';
};
