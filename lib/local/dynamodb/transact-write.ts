import { createHash } from 'node:crypto';
import { type ConditionalWrite, itemOf } from './conditional-write.ts';
import { DynamoDbError, errorCode, notEmulated } from './dynamodb-error.ts';
import type { Engine, Item } from './engine.ts';
import { identityOf, type TableKeys } from './table-keys.ts';

const kinds = { Put: 'PutItem', Update: 'UpdateItem', Delete: 'DeleteItem', ConditionCheck: 'UpdateItem' } as const;
type Kind = keyof typeof kinds;

/** One operation of a transaction, with what it takes to undo it. */
interface Step {
  readonly kind: Kind;
  readonly input: ConditionalWrite;
  readonly key: Item;
}

interface Outcome {
  readonly step: Step;
  readonly answer: Record<string, unknown>;
}

interface CancellationReason {
  readonly Code: string;
  readonly Message?: string;
  readonly Item?: Item;
}

/** Seconds for which DynamoDB remembers a `ClientRequestToken`: "after 10 minutes", API reference of TransactWriteItems. */
const tokenLifetimeSeconds = 600;

/**
 * Validation errors that cancel a transaction at one item, as the API reference lists them for `ValidationError`
 * reasons; every other one is an error of the whole request.
 */
const itemErrors =
  /^(One or more parameter values were invalid|The update expression attempted to update the secondary index key|An operand in the update expression has an incorrect data type|Item size to update has exceeded|Item size has exceeded|Number overflow|Type mismatch for attribute|Nesting Levels|The document path provided in the update expression|The provided expression refers to an attribute that does not exist)/;

/**
 * TransactWriteItems on a store that has none. To be called with nobody else at work (`ExclusiveLock`): the operations
 * are done one by one and undone when one of them fails; nobody can see the state in between.
 */
export class TransactWrite {
  readonly #engine: Engine;
  readonly #keys: TableKeys;
  readonly #tokens = new Map<string, { readonly request: string; readonly expires: number }>();

  constructor(engine: Engine, keys: TableKeys) {
    this.#engine = engine;
    this.#keys = keys;
  }

  async write(input: Readonly<Record<string, unknown>>): Promise<Record<string, unknown>> {
    const items = transactItems(input.TransactItems);
    const token = this.#knownToken(input);
    if (token.done) return {};
    const steps = await this.#steps(items);

    const outcomes = await Promise.all(
      steps.map(async (step): Promise<Outcome> => ({ step, answer: await this.#apply(step) })),
    );
    const failed = outcomes.some(({ answer }) => errorCode(answer) !== undefined);
    for (const outcome of outcomes)
      if (errorCode(outcome.answer) === undefined && (failed || outcome.step.kind === 'ConditionCheck'))
        await this.#undo(outcome);
    if (failed) throw await this.#failure(outcomes);
    token.remember();
    return {};
  }

  #knownToken(input: Readonly<Record<string, unknown>>): { readonly done: boolean; readonly remember: () => void } {
    const token = input.ClientRequestToken;
    if (token === undefined || token === null) return { done: false, remember: () => undefined };
    if (typeof token !== 'string' || token.length < 1 || token.length > 36)
      throw new DynamoDbError('ValidationException', 'ClientRequestToken must have 1 to 36 characters');
    const now = Date.now();
    for (const [old, { expires }] of this.#tokens) if (expires <= now) this.#tokens.delete(old);
    const request = createHash('sha256').update(JSON.stringify(input.TransactItems)).digest('base64');
    const known = this.#tokens.get(token);
    if (known && known.request !== request)
      throw new DynamoDbError(
        'IdempotentParameterMismatchException',
        'Request parameters do not match those of the request that used the same ClientRequestToken',
      );
    return {
      done: known !== undefined,
      remember: () => this.#tokens.set(token, { request, expires: now + tokenLifetimeSeconds * 1000 }),
    };
  }

  async #steps(items: readonly { readonly kind: Kind; readonly input: ConditionalWrite }[]): Promise<Step[]> {
    const steps: Step[] = [];
    const identities = new Set<string>();
    for (const { kind, input } of items) {
      const key = await this.#keys.keyOf(input.TableName, input.Key ?? input.Item ?? {});
      identities.add(identityOf(input.TableName, key));
      steps.push({ kind, input, key });
    }
    if (identities.size < steps.length)
      throw new DynamoDbError(
        'ValidationException',
        'Transaction request cannot include multiple operations on one item',
      );
    return steps;
  }

  /** A condition check is an update that changes nothing, which creates the item where there is none: always undone. */
  #apply({ kind, input }: Step): Promise<Record<string, unknown>> {
    const { ReturnValuesOnConditionCheckFailure: _, ...rest } = input;
    return this.#engine.call(kinds[kind], { ...rest, ReturnValues: 'ALL_OLD' });
  }

  async #undo({ step, answer }: Outcome): Promise<void> {
    const before = answer.Attributes as Item | undefined;
    const TableName = step.input.TableName;
    if (before && step.kind === 'ConditionCheck') return;
    const undone = before
      ? await this.#engine.call('PutItem', { TableName, Item: before })
      : await this.#engine.call('DeleteItem', { TableName, Key: step.key });
    if (errorCode(undone)) throw new Error(`a transaction could not be undone: ${JSON.stringify(undone)}`);
  }

  async #failure(outcomes: readonly Outcome[]): Promise<DynamoDbError> {
    const reasons: CancellationReason[] = [];
    for (const { step, answer } of outcomes) {
      const code = errorCode(answer);
      const message = String(answer.message ?? answer.Message ?? '');
      if (code === undefined) reasons.push({ Code: 'None' });
      else if (code === 'ConditionalCheckFailedException') {
        const wanted = step.input.ReturnValuesOnConditionCheckFailure === 'ALL_OLD';
        const item = wanted ? await itemOf(this.#engine, this.#keys, step.input) : undefined;
        reasons.push({
          Code: 'ConditionalCheckFailed',
          Message: 'The conditional request failed',
          ...(item && { Item: item }),
        });
      } else if (code === 'ValidationException' && itemErrors.test(message))
        reasons.push({ Code: 'ValidationError', Message: message });
      else return new DynamoDbError(code, message);
    }
    const summary = `Transaction cancelled, please refer cancellation reasons for specific reasons [${reasons
      .map(({ Code }) => Code)
      .join(', ')}]`;
    return new DynamoDbError('TransactionCanceledException', summary, { CancellationReasons: reasons });
  }
}

const allowed: Readonly<Record<Kind, readonly string[]>> = {
  Put: ['Item'],
  Update: ['Key', 'UpdateExpression'],
  Delete: ['Key'],
  ConditionCheck: ['Key'],
};
const allowedInAll = [
  'TableName',
  'ConditionExpression',
  'ExpressionAttributeNames',
  'ExpressionAttributeValues',
  'ReturnValuesOnConditionCheckFailure',
];

/** Limits of a transaction: "up to 100 distinct items", "aggregate size cannot exceed 4 MB". */
const transactItems = (list: unknown): { readonly kind: Kind; readonly input: ConditionalWrite }[] => {
  if (!Array.isArray(list) || list.length < 1 || list.length > 100)
    throw new DynamoDbError(
      'ValidationException',
      `TransactItems has ${Array.isArray(list) ? list.length : 'no'} items; a transaction takes 1 to 100`,
    );
  if (Buffer.byteLength(JSON.stringify(list)) > 4 * 1024 * 1024)
    throw new DynamoDbError('ValidationException', 'TransactItems is larger than 4 MB, the limit of a transaction');
  return list.map((item: Readonly<Record<string, unknown>>, index) => {
    const [kind, ...more] = Object.keys(item ?? {});
    const input = item?.[kind ?? ''] as (ConditionalWrite & Readonly<Record<string, unknown>>) | undefined;
    if (!kind || !input || more.length > 0 || !Object.hasOwn(kinds, kind))
      throw new DynamoDbError(
        'ValidationException',
        `TransactItems[${index}] must have exactly one of ${Object.keys(kinds).join(', ')}`,
      );
    for (const required of ['TableName', ...allowed[kind as Kind]])
      if (input[required] === undefined)
        throw new DynamoDbError('ValidationException', `TransactItems[${index}].${kind}.${required} must not be null`);
    if (kind === 'ConditionCheck' && input.ConditionExpression === undefined)
      throw new DynamoDbError(
        'ValidationException',
        `TransactItems[${index}].ConditionCheck has no ConditionExpression`,
      );
    for (const name of Object.keys(input))
      if (!allowedInAll.includes(name) && !allowed[kind as Kind].includes(name))
        throw notEmulated(`${name} in ${kind} of TransactWriteItems`);
    return { kind: kind as Kind, input };
  });
};
