import { DynamoDbError, errorCode } from './dynamodb-error.ts';
import type { Engine, Item } from './engine.ts';
import type { HeldItems } from './held-items.ts';
import { identityOf, type TableKeys } from './table-keys.ts';
import { refuseConflicts } from './transact-write.ts';

interface Get {
  readonly TableName: string;
  readonly Key: Item;
}

/**
 * TransactGetItems: up to 100 items as they were at one moment.
 *
 * @param alone does its work with nobody else at work (`ExclusiveLock`)
 * @throws DynamoDbError also when a transaction that is in progress is about to write one of the items
 */
export const transactGet = async (
  engine: Engine,
  keys: TableKeys,
  held: HeldItems,
  input: Readonly<Record<string, unknown>>,
  alone: <Result>(work: () => Promise<Result>) => Promise<Result>,
): Promise<Record<string, unknown>> => {
  const items = input.TransactItems;
  if (!Array.isArray(items) || items.length < 1 || items.length > 100)
    throw new DynamoDbError(
      'ValidationException',
      `TransactItems has ${Array.isArray(items) ? items.length : 'no'} items; a transaction takes 1 to 100`,
    );
  const gets: (Get & { readonly identity: string })[] = [];
  for (const [index, { Get: get }] of (items as { readonly Get?: Get }[]).entries()) {
    if (!get) throw new DynamoDbError('ValidationException', `TransactItems[${index}] must have Get`);
    gets.push({ ...get, identity: identityOf(get.TableName, await keys.keyOf(get.TableName, get.Key)) });
  }
  refuseConflicts(held, gets);
  return await alone(async () => {
    const responses: Record<string, unknown>[] = [];
    for (const { identity: _, ...get } of gets) {
      const answer = await engine.call('GetItem', { ...get, ConsistentRead: true });
      const code = errorCode(answer);
      if (code) throw new DynamoDbError(code, String(answer.message ?? ''));
      responses.push(answer.Item ? { Item: answer.Item } : {});
    }
    return { Responses: responses };
  });
};
