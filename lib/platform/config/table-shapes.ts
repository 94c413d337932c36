/** What the stacks and the run time both have to know of a table. Keys are strings. */
export interface TableShape {
  /** Name of the partition key, a string. */
  readonly partitionKey: string;
  /** Name of the sort key, a string. @default none */
  readonly sortKey?: string;
  /** Attribute with the second since the epoch at which DynamoDB may delete an item. @default items stay */
  readonly expiryAttribute?: string;
}

/** Claims, and who waits of an order key: one item each. */
export const claimTable = { partitionKey: 'id', expiryAttribute: 'expiry' } as const satisfies TableShape;

/**
 * The outbox. Messages of one order key share a partition and are sorted by position, the order in which they were added. The local
 * index holds what is not confirmed yet and nothing else: unlike a global one it can be read consistently, so that no message is
 * overlooked that stands before another.
 */
export const outboxTable = {
  partitionKey: 'orderKey',
  sortKey: 'position',
  /** Local secondary index, and the attribute that it is sorted by: a copy of the position until the message is confirmed. */
  pendingIndex: 'pending',
  expiryAttribute: 'expiry',
} as const satisfies TableShape & { readonly pendingIndex: string };

/**
 * How consumers fare: one item for each record of a consumer. The sort key is when it begins, as ISO 8601; attributes are `succeeded`, `recovered`
 * and `failed` (sets) and `failedUnnamed`, absent where there is nothing to tell.
 */
export const healthTable = {
  partitionKey: 'consumer',
  sortKey: 'at',
  expiryAttribute: 'expiry',
} as const satisfies TableShape;

/** Circuits: one item for each consumer, with `version`, and `circuit` as JSON. */
export const circuitTable = { partitionKey: 'consumer' } as const satisfies TableShape;

/** What is known of the queues from one minute to the next: one item for each vhost, with `tracks` as JSON. */
export const queueTrackTable = { partitionKey: 'vhost' } as const satisfies TableShape;
