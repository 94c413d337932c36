import { DynamoDbError, errorCode } from './dynamodb-error.ts';
import type { Engine } from './engine.ts';

/** TransactGetItems: up to 100 items as they were at one moment. To be called with nobody else at work. */
export const transactGet = async (
  engine: Engine,
  input: Readonly<Record<string, unknown>>,
): Promise<Record<string, unknown>> => {
  const items = input.TransactItems;
  if (!Array.isArray(items) || items.length < 1 || items.length > 100)
    throw new DynamoDbError(
      'ValidationException',
      `TransactItems has ${Array.isArray(items) ? items.length : 'no'} items; a transaction takes 1 to 100`,
    );
  const responses: Record<string, unknown>[] = [];
  for (const [index, { Get: get }] of (items as { readonly Get?: object }[]).entries()) {
    if (!get) throw new DynamoDbError('ValidationException', `TransactItems[${index}] must have Get`);
    const answer = await engine.call('GetItem', { ...get, ConsistentRead: true });
    const code = errorCode(answer);
    if (code) throw new DynamoDbError(code, String(answer.message ?? ''));
    responses.push(answer.Item ? { Item: answer.Item } : {});
  }
  return { Responses: responses };
};
