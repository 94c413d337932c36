import type { AttributeValue } from '@aws-sdk/client-dynamodb';

export type Item = Record<string, AttributeValue>;

/**
 * Shape of the outbox table. Messages of one order key share a partition and are sorted by position, the order in which
 * they were added. The local index holds what is not confirmed yet and nothing else: unlike a global one it can be read
 * consistently, so that no message is overlooked that stands before another.
 */
export const outboxTable = {
  partitionKey: 'orderKey',
  sortKey: 'position',
  /** Local secondary index, and the attribute that it is sorted by: a copy of the position until the message is confirmed. */
  pendingIndex: 'pending',
  timeToLive: 'expiry',
} as const;

/** Where a message is in the outbox. */
export interface OutboxRef {
  /** Partition: the order key or, where none was given, the message id. */
  readonly orderKey: string;
  readonly position: string;
}

export const keyOf = ({ orderKey, position }: OutboxRef): Item => ({
  [outboxTable.partitionKey]: { S: orderKey },
  [outboxTable.sortKey]: { S: position },
});
