import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Item } from './outbox-ref.ts';

/** An item of a DynamoDB table, attribute names included. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html */
export const maximumItemBytes = 409_600;

/** A number takes at most 38 digits, two a byte, and a byte more for its sign. */
const maximumNumberBytes = 21;

/**
 * Size of an item as DynamoDB counts it, or a few bytes more: numbers count as the longest there are.
 * Knows the types that the outbox writes: strings, numbers and bytes.
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 */
export const itemBytes = (item: Item): number =>
  Object.entries(item).reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + valueBytes(value), 0);

const valueBytes = (value: AttributeValue): number => {
  if (value.S !== undefined) return Buffer.byteLength(value.S);
  if (value.B !== undefined) return value.B.byteLength;
  return maximumNumberBytes;
};
