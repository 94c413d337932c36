import { type ClaimRecord, expiryOf, type SettledState, unknownDigest } from './claim-record.ts';
import type { ClaimRequest } from './claim-store.ts';

/** One comparison of a field of the record that is there with a value. */
export interface Term {
  readonly field: Exclude<keyof ClaimRecord, 'letter' | 'orderKey'>;
  readonly is: '=' | '<>' | '<' | '<=' | '>';
  readonly value: string | number;
}

/** A field's new value. `one more` counts up what is there. */
export type Change = { readonly [Field in keyof ClaimRecord]?: ClaimRecord[Field] | 'one more' };

/**
 * A write of a claim: what it changes, and what it asks of the record that is there. This is the one place where the conditions stand. Stores in
 * memory evaluate them (`holds`, `changed`), DynamoDB gets them as expressions (`conditional-update.ts`).
 */
export interface ClaimWrite {
  /** Alternatives; the terms of one of them have to hold all together. `absent` holds where there is no record. */
  readonly condition: readonly ('absent' | readonly Term[])[];
  readonly change: Change;
}

const seconds = (milliseconds: number): number => Math.floor(milliseconds / 1000);

const held = (
  { turn, owner, leaseUntil, digest = unknownDigest }: ClaimRequest,
  crashes: number | 'one more',
  now: number,
  retentionSeconds: number,
): Change => ({
  state: 'IN_PROGRESS',
  turn,
  owner,
  leaseUntil,
  expiry: expiryOf(retentionSeconds, now, leaseUntil),
  crashes,
  digest,
});

/**
 * Claims whatever needs no look at the record first, which is all but what was given back after a crash.
 *
 * A higher turn may be claimed while a lower one is in progress: its existence proves that the lower turn was handed on. What its owner gave back is
 * for others: a write that was sent twice may be carried out the second time after that, with nobody there who knows of it.
 */
export const claimWrite = (request: ClaimRequest, now: number, retentionSeconds: number): ClaimWrite => ({
  condition: [
    'absent',
    [{ field: 'expiry', is: '<=', value: seconds(now) }],
    [
      { field: 'turn', is: '<', value: request.turn },
      { field: 'state', is: '<>', value: 'DONE' },
    ],
    [
      { field: 'turn', is: '=', value: request.turn },
      { field: 'state', is: '=', value: 'RELEASED' },
      { field: 'crashes', is: '=', value: 0 },
      { field: 'owner', is: '<>', value: request.owner },
    ],
  ],
  change: held(request, 0, now, retentionSeconds),
});

/** Claims a record that was looked at, provided that it is unchanged; its crashes are those of the same turn. */
export const claimSeenWrite = (
  request: ClaimRequest,
  seen: ClaimRecord | undefined,
  crashes: number,
  now: number,
  retentionSeconds: number,
): ClaimWrite => ({
  condition: [
    seen
      ? (['turn', 'owner', 'state', 'expiry'] as const).map((field) => ({ field, is: '=', value: seen[field] }))
      : 'absent',
  ],
  change: held(request, crashes, now, retentionSeconds),
});

/** Takes the record of an owner whose lease has ended, and counts the crash; or a suspect's that was given back unused. */
export const takeOverWrite = (
  request: ClaimRequest,
  from: string,
  now: number,
  retentionSeconds: number,
): ClaimWrite => {
  const seen: readonly Term[] = [
    { field: 'owner', is: '=', value: from },
    { field: 'turn', is: '=', value: request.turn },
    { field: 'expiry', is: '>', value: seconds(now) },
  ];
  return {
    condition: [
      [...seen, { field: 'state', is: '=', value: 'IN_PROGRESS' }, { field: 'leaseUntil', is: '<=', value: now }],
      [...seen, { field: 'state', is: '=', value: 'RELEASED' }, { field: 'crashes', is: '>', value: 0 }],
    ],
    change: held(request, request.crashes ?? 'one more', now, retentionSeconds),
  };
};

/** Notes the order key in a claim that its owner still holds. */
export const orderKeyWrite = (owner: string, orderKey: string, now: number): ClaimWrite => ({
  condition: [heldBy(owner, now)],
  change: { orderKey },
});

/**
 * Settles a claim that its owner still holds. What was given up can only be forwarded.
 *
 * @param letter of a claim that is given up
 */
export const settleWrite = (
  owner: string,
  state: SettledState,
  now: number,
  retentionSeconds: number,
  letter?: string,
): ClaimWrite => ({
  condition: [heldBy(owner, now), ...(state === 'FORWARDED' ? [givenUpBy(owner, now)] : [])],
  change: { state, expiry: expiryOf(retentionSeconds, now), ...(letter !== undefined && { letter }) },
});

const heldBy = (owner: string, now: number): readonly Term[] => [
  { field: 'owner', is: '=', value: owner },
  { field: 'state', is: '=', value: 'IN_PROGRESS' },
  { field: 'expiry', is: '>', value: seconds(now) },
];

const givenUpBy = (owner: string, now: number): readonly Term[] => [
  { field: 'owner', is: '=', value: owner },
  { field: 'state', is: '=', value: 'GIVEN_UP' },
  { field: 'expiry', is: '>', value: seconds(now) },
];

/** Whether a write's condition is met by the record that is there. */
export const holds = ({ condition }: ClaimWrite, record: ClaimRecord | undefined): boolean =>
  condition.some((alternative) =>
    alternative === 'absent'
      ? record === undefined
      : record !== undefined && alternative.every((term) => met(term, record)),
  );

function met({ field, is, value }: Term, record: ClaimRecord): boolean {
  const there = record[field];
  switch (is) {
    case '=':
      return there === value;
    case '<>':
      return there !== value;
    case '<':
      return there < value;
    case '<=':
      return there <= value;
    case '>':
      return there > value;
  }
}

/** The record that a write leaves behind. */
export function changed({ change }: ClaimWrite, record: ClaimRecord | undefined): ClaimRecord {
  const crashes = change.crashes === 'one more' ? (record?.crashes ?? 0) + 1 : change.crashes;
  return { ...record, ...change, ...(crashes !== undefined && { crashes }) } as ClaimRecord;
}
