import { type ConditionalWrite, itemOf } from './conditional-write.ts';
import { DynamoDbError, errorCode, notEmulated } from './dynamodb-error.ts';
import type { Engine, Item } from './engine.ts';
import type { HeldItems } from './held-items.ts';
import { RequestTokens } from './request-tokens.ts';
import { identityOf, type TableKeys } from './table-keys.ts';

const kinds = { Put: 'PutItem', Update: 'UpdateItem', Delete: 'DeleteItem', ConditionCheck: 'UpdateItem' } as const;
type Kind = keyof typeof kinds;

/** One operation of a transaction, with what it takes to undo it. */
interface Step {
  readonly kind: Kind;
  readonly input: ConditionalWrite;
  readonly key: Item;
  readonly identity: string;
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

/**
 * Validation errors that cancel a transaction at one item, as the API reference lists them for `ValidationError`
 * reasons; every other one is an error of the whole request.
 */
const itemErrors =
  /^(One or more parameter values were invalid|The update expression attempted to update the secondary index key|An operand in the update expression has an incorrect data type|Item size to update has exceeded|Item size has exceeded|Number overflow|Type mismatch for attribute|Nesting Levels|The document path provided in the update expression|The provided expression refers to an attribute that does not exist)/;

/** The error of a transaction, with one reason for each of its items. */
export const cancelled = (reasons: readonly CancellationReason[]): DynamoDbError => {
  const codes = reasons.map(({ Code }) => Code).join(', ');
  const message = `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`;
  return new DynamoDbError('TransactionCanceledException', message, { CancellationReasons: reasons });
};

/** @throws DynamoDbError `TransactionCanceledException` when another transaction that is in progress holds one of the items */
export const refuseConflicts = (held: HeldItems, items: readonly { readonly identity: string }[]): void => {
  const reasons = items.map(({ identity }): CancellationReason => (held.has(identity) ? conflict : { Code: 'None' }));
  if (reasons.includes(conflict)) throw cancelled(reasons);
};

const conflict: CancellationReason = {
  Code: 'TransactionConflict',
  Message: 'Transaction is ongoing for the item',
};

/**
 * TransactWriteItems on a store that has none: the operations are done one by one and undone when one of them fails; nobody can
 * see the state in between. A transaction is in progress from its arrival to its answer; what overlaps with it meanwhile conflicts.
 */
export class TransactWrite {
  readonly #engine: Engine;
  readonly #keys: TableKeys;
  readonly #held: HeldItems;
  readonly #tokens: RequestTokens;

  /** @param now milliseconds since the epoch */
  constructor(engine: Engine, keys: TableKeys, held: HeldItems, now: () => number) {
    this.#engine = engine;
    this.#keys = keys;
    this.#held = held;
    this.#tokens = new RequestTokens(now);
  }

  /** @param alone does its work with nobody else at work (`ExclusiveLock`) */
  async write(
    input: Readonly<Record<string, unknown>>,
    alone: (work: () => Promise<void>) => Promise<void>,
  ): Promise<Record<string, unknown>> {
    const items = transactItems(input.TransactItems);
    await this.#tokens.once(input.ClientRequestToken, input.TransactItems, async () => {
      const steps = await this.#steps(items);
      refuseConflicts(this.#held, steps);
      await this.#held.during(
        steps.map(({ identity }) => identity),
        () => alone(() => this.#commit(steps)),
      );
    });
    return {};
  }

  async #steps(items: readonly { readonly kind: Kind; readonly input: ConditionalWrite }[]): Promise<Step[]> {
    const steps: Step[] = [];
    for (const { kind, input } of items) {
      const key = await this.#keys.keyOf(input.TableName, input.Key ?? input.Item ?? {});
      steps.push({ kind, input, key, identity: identityOf(input.TableName, key) });
    }
    if (new Set(steps.map(({ identity }) => identity)).size < steps.length)
      throw new DynamoDbError(
        'ValidationException',
        'Transaction request cannot include multiple operations on one item',
      );
    return steps;
  }

  async #commit(steps: readonly Step[]): Promise<void> {
    const outcomes = await Promise.all(
      steps.map(async (step): Promise<Outcome> => ({ step, answer: await this.#apply(step) })),
    );
    const failed = outcomes.some(({ answer }) => errorCode(answer) !== undefined);
    for (const outcome of outcomes)
      if (errorCode(outcome.answer) === undefined && (failed || outcome.step.kind === 'ConditionCheck'))
        await this.#undo(outcome);
    if (failed) throw await this.#failure(outcomes);
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
    return cancelled(reasons);
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
