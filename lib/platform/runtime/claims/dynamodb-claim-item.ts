import { createHash } from 'node:crypto';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { claimTable } from '../../config/table-shapes.ts';
import { type ClaimRecord, unknownDigest } from './claim-record.ts';

export type Item = Record<string, AttributeValue>;

/**
 * Partition key of a claim. DynamoDB takes at most 2,048 bytes; a longer key is stored as `#sha256#` and the hexadecimal
 * SHA-256 of its UTF-8 bytes. No claim key starts with `#`, since it starts with the consumer's name.
 */
export const storedKey = (key: string): string =>
  Buffer.byteLength(key) <= 2048 ? key : `#sha256#${createHash('sha256').update(key).digest('hex')}`;

/** What the keys of items start with that say who waits of an order key: no claim's key does, since it starts with the consumer's name. */
export const orderPrefix = '#order#';

/** Attribute of a record's field. */
export const attributeOf = (field: keyof ClaimRecord): string => (field === 'leaseUntil' ? 'lease' : field);

const states: ReadonlySet<string> = new Set(['IN_PROGRESS', 'DONE', 'FORWARDED', 'GIVEN_UP', 'RELEASED']);

/** @throws TypeError when the item was not written by this store. */
export const recordOf = (item: Item): ClaimRecord => {
  const id = item[claimTable.partitionKey]?.S;
  const number = (name: string): number => {
    const value = Number(item[name]?.N ?? Number.NaN);
    if (Number.isNaN(value)) throw new TypeError(`attribute "${name}" of claim "${id}" is not a number`);
    return value;
  };
  const state = item.state?.S ?? '';
  if (!states.has(state)) throw new TypeError(`attribute "state" of claim "${id}" is "${state}"`);
  return {
    state: state as ClaimRecord['state'],
    turn: number('turn'),
    owner: item.owner?.S ?? '',
    leaseUntil: number('lease'),
    crashes: number('crashes'),
    expiry: number('expiry'),
    digest: item.digest?.S ?? unknownDigest,
    ...(item.letter?.S !== undefined && { letter: item.letter.S }),
    ...(item.orderKey?.S !== undefined && { orderKey: item.orderKey.S }),
  };
};
