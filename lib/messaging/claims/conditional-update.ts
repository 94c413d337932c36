import type { AttributeValue, Update } from '@aws-sdk/client-dynamodb';
import { type ClaimRecord, expiryOf, type SettledState } from './claim-record.ts';
import type { ClaimRequest } from './claim-store.ts';
import { claimTable, storedKey } from './dynamodb-claim-item.ts';

/**
 * One conditional write of a claim: the body of an UpdateItem request, or the `Update` of a transaction. A failed
 * condition returns the item as it is (`ALL_OLD`), so that the reason is known without a second request.
 */
export type ConditionalUpdate = Update & { readonly ReturnValuesOnConditionCheckFailure: 'ALL_OLD' };

/** Where, when and for how long to write. */
export interface WriteContext {
  readonly tableName: string;
  readonly retentionSeconds: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

const number = (value: number): AttributeValue => ({ N: String(value) });
const text = (value: string): AttributeValue => ({ S: value });
const seconds = (milliseconds: number): AttributeValue => number(Math.floor(milliseconds / 1000));

const update = (
  tableName: string,
  key: string,
  write: {
    readonly set: string;
    readonly condition: string;
    readonly names: Record<string, string>;
    readonly values: Record<string, AttributeValue>;
  },
): ConditionalUpdate => ({
  TableName: tableName,
  Key: { [claimTable.partitionKey]: text(storedKey(key)) },
  UpdateExpression: `SET ${write.set}`,
  ConditionExpression: write.condition,
  ExpressionAttributeNames: write.names,
  ExpressionAttributeValues: write.values,
  ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
});

// `owner` and `state` are reserved words; the others go through placeholders so that expressions read alike.
const settledNames = { '#state': 'state', '#owner': 'owner', '#expiry': claimTable.timeToLive };
const heldNames = { ...settledNames, '#turn': 'turn', '#lease': 'lease', '#crashes': 'crashes' };

const hold =
  '#state = :inProgress, #turn = :turn, #owner = :owner, #lease = :lease, #expiry = :expiry, #crashes = :crashes';

const heldValues = (context: WriteContext, request: ClaimRequest) => ({
  ':inProgress': text('IN_PROGRESS'),
  ':turn': number(request.turn),
  ':owner': text(request.owner),
  ':lease': number(request.leaseUntil),
  ':expiry': number(expiryOf(context.retentionSeconds, context.now, request.leaseUntil)),
});

/** Claims whatever needs no look at the record first, which is all but what was given back after a crash. */
export const claimUpdate = (context: WriteContext, request: ClaimRequest): ConditionalUpdate =>
  update(context.tableName, request.key, {
    set: hold,
    // AND binds before OR; parentheses would double the time that the local store takes to parse this.
    condition:
      'attribute_not_exists(#state) OR #expiry <= :now OR #turn < :turn AND #state <> :done' +
      ' OR #turn = :turn AND #state = :released AND #crashes = :crashes',
    names: heldNames,
    values: {
      ...heldValues(context, request),
      ':crashes': number(0),
      ':now': seconds(context.now),
      ':done': text('DONE'),
      ':released': text('RELEASED'),
    },
  });

/** Claims a record that was looked at, provided that it is unchanged. */
export const claimSeenUpdate = (
  context: WriteContext,
  request: ClaimRequest,
  crashes: number,
  seen: ClaimRecord | undefined,
): ConditionalUpdate =>
  update(context.tableName, request.key, {
    set: hold,
    condition: seen
      ? '#turn = :seenTurn AND #owner = :seenOwner AND #state = :seenState AND #expiry = :seenExpiry'
      : 'attribute_not_exists(#state)',
    names: heldNames,
    values: {
      ...heldValues(context, request),
      ':crashes': number(crashes),
      ...(seen && {
        ':seenTurn': number(seen.turn),
        ':seenOwner': text(seen.owner),
        ':seenState': text(seen.state),
        ':seenExpiry': number(seen.expiry),
      }),
    },
  });

/** Takes the record of an owner whose lease has ended. */
export const takeOverUpdate = (context: WriteContext, request: ClaimRequest, from: string): ConditionalUpdate =>
  update(context.tableName, request.key, {
    set: hold.replace(':crashes', '#crashes + :one'),
    condition:
      '#owner = :from AND #state = :inProgress AND #turn = :turn AND #lease <= :milliseconds AND #expiry > :now',
    names: heldNames,
    values: {
      ...heldValues(context, request),
      ':one': number(1),
      ':from': text(from),
      ':milliseconds': number(context.now),
      ':now': seconds(context.now),
    },
  });

/** Settles a claim that its owner still holds. */
export const settleUpdate = (
  context: WriteContext,
  key: string,
  owner: string,
  state: SettledState,
): ConditionalUpdate =>
  update(context.tableName, key, {
    set: '#state = :state, #expiry = :expiry',
    condition: '#owner = :owner AND #state = :inProgress AND #expiry > :now',
    names: settledNames,
    values: {
      ':state': text(state),
      ':expiry': number(expiryOf(context.retentionSeconds, context.now)),
      ':owner': text(owner),
      ':inProgress': text('IN_PROGRESS'),
      ':now': seconds(context.now),
    },
  });
