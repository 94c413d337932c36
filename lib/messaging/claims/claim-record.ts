import type { ClaimOutcome, ClaimRequest } from './claim-store.ts';

export type SettledState = 'DONE' | 'FORWARDED' | 'RELEASED';

/** What is remembered about one message of one consumer. */
export interface ClaimRecord {
  readonly state: 'IN_PROGRESS' | SettledState;
  /** Highest turn that has been claimed. */
  readonly turn: number;
  /** Owner of that turn, also after it was settled. */
  readonly owner: string;
  /** Milliseconds since the epoch; from then on an `IN_PROGRESS` record is a suspect. */
  readonly leaseUntil: number;
  /** How many owners have vanished in this turn, as far as somebody took the record over from them. */
  readonly crashes: number;
  /** Seconds since the epoch; from then on the record counts as absent, whether or not it has been deleted yet. */
  readonly expiry: number;
}

/** Fourteen days: longer than the longest delay (18 h) plus the time in which operators replay dead letters. */
export const defaultRetentionSeconds = 14 * 24 * 3600;

/** A record past its expiry is none. DynamoDB deletes such items "within a few days" only. */
export const isPresent = (record: ClaimRecord | undefined, now: number): record is ClaimRecord =>
  record !== undefined && record.expiry * 1000 > now;

/**
 * What a claim leads to, given the record that is there. `claimable` means that the request may write itself into the
 * record, keeping `crashes`.
 *
 * A higher turn may be claimed while a lower one is in progress: its existence proves that the lower turn was handed on.
 */
export const decideClaim = (
  record: ClaimRecord | undefined,
  request: ClaimRequest,
  now: number,
): ClaimOutcome | { readonly status: 'claimable'; readonly crashes: number } => {
  if (!isPresent(record, now)) return { status: 'claimable', crashes: 0 };
  if (record.state === 'DONE') return { status: 'duplicate' };
  if (request.turn > record.turn) return { status: 'claimable', crashes: 0 };
  if (request.turn < record.turn || record.state === 'FORWARDED') return { status: 'duplicate' };
  if (record.state === 'RELEASED') return { status: 'claimable', crashes: record.crashes };
  if (record.owner === request.owner) return { status: 'claimed' };
  if (record.leaseUntil > now) return { status: 'busy', leaseUntil: record.leaseUntil };
  return { status: 'suspect', crashes: record.crashes + 1, owner: record.owner };
};

/** Answer to a write that may have been applied by an earlier try of the same request. */
export type Settlement = 'write' | 'already' | 'fenced';

/** Whether `request.owner` may take the record from the vanished owner `from`. */
export const decideTakeOver = (
  record: ClaimRecord | undefined,
  request: ClaimRequest,
  from: string,
  now: number,
): Settlement => {
  if (!isPresent(record, now) || record.state !== 'IN_PROGRESS' || record.turn !== request.turn) return 'fenced';
  if (record.owner === from && record.leaseUntil <= now) return 'write';
  return record.owner === request.owner ? 'already' : 'fenced';
};

/** Whether `owner` may settle the record as `state`. */
export const decideSettle = (
  record: ClaimRecord | undefined,
  owner: string,
  state: SettledState,
  now: number,
): Settlement => {
  if (!isPresent(record, now) || record.owner !== owner) return 'fenced';
  if (record.state === 'IN_PROGRESS') return 'write';
  return record.state === state ? 'already' : 'fenced';
};

/** Expiry of a record written at `now` whose lease, if it has one, ends at `leaseUntil`: it outlives both by `retentionSeconds`. */
export const expiryOf = (retentionSeconds: number, now: number, leaseUntil = now): number =>
  Math.ceil(Math.max(now, leaseUntil) / 1000) + retentionSeconds;
