import type { AttributeValue, UpdateItemCommandInput } from '@aws-sdk/client-dynamodb';
import { outboxTable } from '../../config/table-shapes.ts';
import { truncateUtf8 } from '../truncate-utf8.ts';
import { maximumProblemBytes, type OutboxState } from './outbox-item.ts';
import { keyOf, type OutboxRef } from './outbox-ref.ts';

export type OutboxUpdate = Omit<UpdateItemCommandInput, 'TableName'>;

const state = (value: OutboxState): AttributeValue => ({ S: value });
// `state` and `owner` are reserved words; the others go through placeholders so that expressions read alike.
const names = { '#state': 'state', '#owner': 'owner', '#lease': 'lease' };

/** Takes what nobody has, what a vanished relay had, and what an earlier try of the same request took already. */
export const markSentUpdate = (ref: OutboxRef, owner: string, leaseUntil: number, now: number): OutboxUpdate => ({
  Key: keyOf(ref),
  UpdateExpression: 'SET #state = :sent, #owner = :owner, #lease = :lease ADD #attempts :one',
  ConditionExpression: '#state = :pending OR #state = :sent AND #lease <= :now OR #state = :sent AND #owner = :owner',
  ExpressionAttributeNames: { ...names, '#attempts': 'attempts' },
  ExpressionAttributeValues: {
    ':pending': state('pending'),
    ':sent': state('sent'),
    ':owner': { S: owner },
    ':lease': { N: String(leaseUntil) },
    ':now': { N: String(now) },
    ':one': { N: '1' },
  },
});

/** What remains is a note that it was published; it leaves the index, and the table some time later. */
export const confirmUpdate = (ref: OutboxRef, now: number, retentionSeconds: number): OutboxUpdate => ({
  Key: keyOf(ref),
  UpdateExpression:
    'SET #state = :confirmed, #confirmedAt = :now, #expiry = :expiry' +
    ' REMOVE #pending, #envelope, #body, #owner, #lease, #problem',
  ConditionExpression: 'attribute_exists(#pending)',
  ExpressionAttributeNames: {
    ...names,
    '#confirmedAt': 'confirmedAt',
    '#expiry': outboxTable.expiryAttribute,
    '#pending': outboxTable.pendingIndex,
    '#envelope': 'envelope',
    '#body': 'body',
    '#problem': 'problem',
  },
  ExpressionAttributeValues: {
    ':confirmed': state('confirmed'),
    ':now': { N: String(now) },
    ':expiry': { N: String(Math.ceil(now / 1000) + retentionSeconds) },
  },
});

/** @param problem why it was not published; what was noted before stays where there is none */
export const giveBackUpdate = (ref: OutboxRef, owner: string, problem: string | undefined): OutboxUpdate => ({
  Key: keyOf(ref),
  UpdateExpression: `SET #state = :pending${problem === undefined ? '' : ', #problem = :problem'} REMOVE #owner, #lease`,
  ConditionExpression: '#state = :sent AND #owner = :owner',
  ExpressionAttributeNames: { ...names, ...(problem !== undefined && { '#problem': 'problem' }) },
  ExpressionAttributeValues: {
    ':pending': state('pending'),
    ':sent': state('sent'),
    ':owner': { S: owner },
    ...(problem !== undefined && { ':problem': { S: truncateUtf8(problem, maximumProblemBytes) } }),
  },
});
