import type { AttributeValue, Update } from '@aws-sdk/client-dynamodb';
import { claimTable } from '../../config/table-shapes.ts';
import type { ClaimRecord } from './claim-record.ts';
import type { ClaimWrite } from './claim-write.ts';
import { attributeOf, storedKey } from './dynamodb-claim-item.ts';

/**
 * One conditional write of a claim: the body of an UpdateItem request, or the `Update` of a transaction. A failed
 * condition returns the item as it is (`ALL_OLD`), so that the reason is known without a second request.
 */
export type ConditionalUpdate = Update & { readonly ReturnValuesOnConditionCheckFailure: 'ALL_OLD' };

/** A write as DynamoDB takes it. */
export const conditionalUpdate = (
  tableName: string,
  key: string,
  { condition, change }: ClaimWrite,
): ConditionalUpdate => {
  const names: Record<string, string> = {};
  const values: Record<string, AttributeValue> = {};
  const name = (field: keyof ClaimRecord): string => {
    names[`#${field}`] = attributeOf(field);
    return `#${field}`;
  };
  let count = 0;
  const value = (given: string | number): string => {
    const placeholder = `:v${count++}`;
    values[placeholder] = typeof given === 'number' ? { N: String(given) } : { S: given };
    return placeholder;
  };
  const assignment = ([field, given]: [string, string | number]): string => {
    const target = name(field as keyof ClaimRecord);
    return given === 'one more' ? `${target} = ${target} + ${value(1)}` : `${target} = ${value(given)}`;
  };
  // AND binds before OR; parentheses would double the time that the local store takes to parse this.
  const conditions = condition.map((alternative) =>
    alternative === 'absent'
      ? `attribute_not_exists(${name('state')})`
      : alternative.map(({ field, is, value: given }) => `${name(field)} ${is} ${value(given)}`).join(' AND '),
  );
  return {
    TableName: tableName,
    Key: { [claimTable.partitionKey]: { S: storedKey(key) } },
    UpdateExpression: `SET ${Object.entries(change).map(assignment).join(', ')}`,
    ConditionExpression: conditions.join(' OR '),
    ExpressionAttributeNames: names,
    ExpressionAttributeValues: values,
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  };
};
