/** `GIVEN_UP`: its dead letter is on its way, and may have arrived or not. */
export type SettledState = 'DONE' | 'FORWARDED' | 'GIVEN_UP' | 'RELEASED';

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
  /** Digest of the message's body, or `unknownDigest`. */
  readonly digest: string;
  /** What the dead letter has to say; counts as long as the record is `GIVEN_UP`. */
  readonly letter?: string;
  /** The message's order key, once a suspect was read. */
  readonly orderKey?: string;
}

/** Of a body whose claim was asked for without a digest. Not an empty string, which not every store takes. */
export const unknownDigest = '-';

/** Fourteen days: longer than the longest delay (18 h) plus the time in which operators replay dead letters. */
export const defaultRetentionSeconds = 14 * 24 * 3600;

/** A record past its expiry is none. DynamoDB deletes such items "within a few days" only. */
export const isPresent = (record: ClaimRecord | undefined, now: number): record is ClaimRecord =>
  record !== undefined && record.expiry * 1000 > now;

/** Expiry of a record written at `now` whose lease, if it has one, ends at `leaseUntil`: it outlives both by `retentionSeconds`. */
export const expiryOf = (retentionSeconds: number, now: number, leaseUntil = now): number =>
  Math.ceil(Math.max(now, leaseUntil) / 1000) + retentionSeconds;
