import { outboxTable } from '../../config/table-shapes.ts';
import type { OutgoingMessage } from '../publisher.ts';
import { itemBytes, maximumItemBytes } from './item-size.ts';
import { InvalidOutboxKeyError, OutboxItemTooLargeError, UnreadableOutboxItemError } from './outbox-errors.ts';
import { type Item, keyOf, type OutboxRef } from './outbox-ref.ts';
import { fromTaggedJson, toTaggedJson } from './tagged-json.ts';

/**
 * `pending`: to be published. `sent`: a relay is at it, or vanished while it was; it may have arrived. `confirmed`: the
 * broker has it.
 */
export type OutboxState = 'pending' | 'sent' | 'confirmed';

type Envelope = Omit<OutgoingMessage, 'body'>;

/** Longest problem that is noted with a message, in bytes. */
export const maximumProblemBytes = 1024;

/** What the relay adds to an item later, and the entry in the index, which DynamoDB counts too. */
const reservedBytes = 4096;
/** Leaves room in a DynamoDB key of 2,048 bytes. */
const maximumKeyBytes = 1024;

/** Partition of the messages with one order key, or of a single message without one; neither can be taken for the other. */
export const orderKeyOf = (key: string | undefined, messageId: string): string => {
  if (key === undefined) return `message#${messageId}`;
  const bytes = Buffer.byteLength(key);
  if (bytes < 1 || bytes > maximumKeyBytes) throw new InvalidOutboxKeyError(bytes, maximumKeyBytes);
  return `key#${key}`;
};

/**
 * The item of a message that waits to be published.
 * @param addedAt milliseconds since the epoch
 * @throws {OutboxItemTooLargeError}
 */
export const pendingItem = (ref: OutboxRef, messageId: string, message: OutgoingMessage, addedAt: number): Item => {
  const { body, ...envelope } = message;
  const item: Item = {
    ...keyOf(ref),
    [outboxTable.pendingIndex]: { S: ref.position },
    state: { S: 'pending' satisfies OutboxState },
    messageId: { S: messageId },
    envelope: { S: toTaggedJson(envelope satisfies Envelope) },
    ...(body.length > 0 && { body: { B: body } }),
    addedAt: { N: String(addedAt) },
  };
  const bytes = itemBytes(item) + reservedBytes;
  if (bytes > maximumItemBytes)
    throw new OutboxItemTooLargeError(messageId, bytes - reservedBytes, maximumItemBytes - reservedBytes);
  return item;
};

export const refOf = (item: Item): OutboxRef => ({
  orderKey: item[outboxTable.partitionKey]?.S ?? '',
  position: item[outboxTable.sortKey]?.S ?? '',
});

/** @throws {UnreadableOutboxItemError} */
export const messageOf = (item: Item): OutgoingMessage => ({
  ...envelopeOf(item),
  body: Buffer.from(item.body?.B ?? []),
});

const envelopeOf = (item: Item): Envelope => {
  const { orderKey, position } = refOf(item);
  try {
    return fromTaggedJson(item.envelope?.S ?? '') as Envelope;
  } catch (error) {
    throw new UnreadableOutboxItemError(orderKey, position, { cause: error });
  }
};
