import { errorCode } from './dynamodb-error.ts';
import type { Engine, Item } from './engine.ts';
import type { TableKeys } from './table-keys.ts';

export interface ConditionalWrite {
  readonly TableName: string;
  readonly Key?: Item;
  readonly Item?: Item;
  readonly ReturnValuesOnConditionCheckFailure?: string;
}

/**
 * A write whose condition failed a moment ago, done again with nobody else at work: if it fails once more, the item that
 * is returned is the very one that failed the condition. dynalite knows no `ReturnValuesOnConditionCheckFailure`.
 */
export const writeReturningItem = async (
  engine: Engine,
  keys: TableKeys,
  operation: string,
  input: ConditionalWrite,
): Promise<Record<string, unknown>> => {
  const answer = await engine.call(operation, input);
  if (errorCode(answer) !== 'ConditionalCheckFailedException') return answer;
  const item = await itemOf(engine, keys, input);
  return item ? { ...answer, Item: item } : answer;
};

/** The item at which a write aims, if it exists. */
export const itemOf = async (engine: Engine, keys: TableKeys, input: ConditionalWrite): Promise<Item | undefined> => {
  const key = input.Key ?? (await keys.keyOf(input.TableName, input.Item ?? {}));
  const found = await engine.call('GetItem', { TableName: input.TableName, Key: key, ConsistentRead: true });
  return found.Item as Item | undefined;
};
