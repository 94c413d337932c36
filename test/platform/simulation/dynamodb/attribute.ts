import type { AttributeValue } from '@aws-sdk/client-dynamodb';

export type Item = Readonly<Record<string, AttributeValue>>;
export type Values = Readonly<Record<string, AttributeValue>>;

/** Type and value: `['N', '5']`. */
export const partsOf = (value: AttributeValue): readonly [string, unknown] => {
  const [entry] = Object.entries(value);
  return entry ?? ['NULL', true];
};

export const equal = (one: AttributeValue | undefined, other: AttributeValue | undefined): boolean => {
  if (one === undefined || other === undefined) return false;
  const [type, value] = partsOf(one);
  const [otherType, otherValue] = partsOf(other);
  if (type !== otherType) return false;
  if (type === 'N') return Number(value) === Number(otherValue);
  return type === 'S' || type === 'BOOL' ? value === otherValue : JSON.stringify(value) === JSON.stringify(otherValue);
};

/** Negative, 0 or positive; `undefined` where DynamoDB knows no order. */
export const compare = (one: AttributeValue | undefined, other: AttributeValue | undefined): number | undefined => {
  if (one === undefined || other === undefined) return undefined;
  const [type, value] = partsOf(one);
  const [otherType, otherValue] = partsOf(other);
  if (type !== otherType) return undefined;
  if (type === 'N') return Number(value) - Number(otherValue);
  if (type === 'S') return Buffer.compare(Buffer.from(value as string), Buffer.from(otherValue as string));
  return undefined;
};
