import { delayedMessage } from '../amqp/scheduled-delivery.ts';
import type { OutgoingMessage } from '../publisher.ts';
import { itemBytes, maximumItemBytes } from './item-size.ts';
import { InvalidOutboxKeyError, OutboxItemTooLargeError, UnreadableOutboxItemError } from './outbox-errors.ts';
import { type Item, keyOf, type OutboxRef, outboxTable } from './outbox-table.ts';
import { fromTaggedJson, toTaggedJson } from './tagged-json.ts';

/**
 * `pending`: to be published. `sent`: a relay is at it, or vanished while it was; it may have arrived. `confirmed`: the
 * broker has it.
 */
export type OutboxState = 'pending' | 'sent' | 'confirmed';

/** All of a message but its body, and when it is due: how long it has to wait for that is known when it is published. */
interface Envelope extends Omit<OutgoingMessage, 'body'> {
  /** @default at once */
  readonly deliverAt?: Date | undefined;
}

export interface OutboxTimes {
  /** Milliseconds since the epoch. */
  readonly addedAt: number;
  /** @default at once */
  readonly deliverAt?: Date | undefined;
}

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
 * @param message as it is published when it is due
 * @throws {OutboxItemTooLargeError}
 */
export const pendingItem = (
  ref: OutboxRef,
  messageId: string,
  message: OutgoingMessage,
  { addedAt, deliverAt }: OutboxTimes,
): Item => {
  const { exchange, routingKey, properties, headers, body } = message;
  const item: Item = {
    ...keyOf(ref),
    [outboxTable.pendingIndex]: { S: ref.position },
    state: { S: 'pending' satisfies OutboxState },
    messageId: { S: messageId },
    envelope: { S: toTaggedJson({ exchange, routingKey, properties, headers, deliverAt } satisfies Envelope) },
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

/**
 * The message, to be published at `now` (milliseconds since the epoch): straight to its exchange if it is due by then.
 * @throws {UnreadableOutboxItemError}
 */
export const messageOf = (item: Item, now: number): OutgoingMessage => {
  const { deliverAt, ...envelope } = envelopeOf(item);
  return delayedMessage({ ...envelope, body: Buffer.from(item.body?.B ?? []) }, { deliverAt }, now);
};

const envelopeOf = (item: Item): Envelope => {
  const { orderKey, position } = refOf(item);
  try {
    return fromTaggedJson(item.envelope?.S ?? '') as Envelope;
  } catch (error) {
    throw new UnreadableOutboxItemError(orderKey, position, { cause: error });
  }
};
