import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { outboxTable } from '../../config/table-shapes.ts';

export type Item = Record<string, AttributeValue>;

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
