import {
  type AttributeValue,
  DeleteItemCommand,
  PutItemCommand,
  type TransactWriteItem,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type LocalTables, startLocalTables } from '../../local/dynamodb/local-tables.ts';
import { Random } from '../engine/random.ts';
import { Tables } from './tables.ts';

type Write = 'Put' | 'Update' | 'Delete';
// biome-ignore lint/suspicious/noExplicitAny: the inputs of all writes
type Input = any;

const numbers = [1, 2, 3].map((value) => ({ N: String(value) }));
const texts = ['IN_PROGRESS', 'DONE', 'x'].map((value) => ({ S: value }));
const values = [...numbers, ...texts] as [AttributeValue, ...AttributeValue[]];

/** One write of one of three items, with a condition of the kinds that claims, outbox and circuits use. */
function drawWrite(random: Random, TableName: string): readonly [Write, Input] {
  const kind = random.pick<Write>(['Put', 'Update', 'Update', 'Update', 'Delete']);
  const id = { S: random.pick(['a', 'b', 'c']) };
  const given: Record<string, AttributeValue> = {};
  const value = (among = values): string => {
    const name = `:v${Object.keys(given).length}`;
    given[name] = random.pick(among);
    return name;
  };
  const term = (): string =>
    random.pick([
      () => 'attribute_not_exists(#state)',
      () => 'attribute_exists(#turn)',
      () => `#state = ${value()}`,
      () => `#state <> ${value()}`,
      () => `#turn < ${value()}`,
      () => `#turn <= ${value()}`,
      () => `#turn > ${value()}`,
      () => `NOT #turn >= ${value()}`,
      () => `#turn BETWEEN ${value([{ N: '1' }])} AND ${value([{ N: '2' }])}`,
      () => `#state IN (${value()}, ${value()})`,
      () => `(#turn = ${value()} OR #state = ${value()})`,
      () => `begins_with(#state, ${value(texts as [AttributeValue, ...AttributeValue[]])})`,
    ])();
  const condition = random.chance(0.7)
    ? Array.from({ length: random.whole(1, 3) }, term).reduce(
        (text, next) => `${text} ${random.pick(['AND', 'OR'])} ${next}`,
      )
    : undefined;
  const update = random.pick([
    () => `SET #state = ${value()}, #turn = ${value()}`,
    () => `SET #turn = if_not_exists(#turn, ${value()})`,
    () => `SET #state = ${value()} REMOVE #turn`,
    () => `SET #state = ${value()} ADD #times ${value(numbers as [AttributeValue, ...AttributeValue[]])}`,
  ]);
  const UpdateExpression = kind === 'Update' ? update() : undefined;
  const used = `${condition ?? ''} ${UpdateExpression ?? ''}`;
  const names = Object.fromEntries(
    ['state', 'turn', 'times'].filter((name) => used.includes(`#${name}`)).map((name) => [`#${name}`, name]),
  );
  return [
    kind,
    {
      TableName,
      ...(kind === 'Put' ? { Item: { id, state: random.pick(values), turn: random.pick(values) } } : { Key: { id } }),
      ...(UpdateExpression && { UpdateExpression }),
      ...(condition && { ConditionExpression: condition, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' }),
      ...(Object.keys(names).length > 0 && { ExpressionAttributeNames: names }),
      ...(Object.keys(given).length > 0 && { ExpressionAttributeValues: given }),
    },
  ];
}

const commands = {
  Put: (input: Input) => new PutItemCommand(input),
  Update: (input: Input) => new UpdateItemCommand(input),
  Delete: (input: Input) => new DeleteItemCommand(input),
};

/** What a client learns of a write, for both in the same form. */
async function outcomeOf(work: () => unknown): Promise<unknown> {
  try {
    await work();
    return 'written';
  } catch (error) {
    const { name, Item, CancellationReasons } = error as Input;
    const reasons = CancellationReasons?.map(({ Code, Item: item }: Input) => ({ Code, ...(item && { item }) }));
    return { name, ...(Item && { Item }), ...(reasons && { reasons }) };
  }
}

describe('the model of DynamoDB', () => {
  let local: LocalTables;
  beforeAll(async () => {
    local = await startLocalTables();
  }, 30_000);
  afterAll(() => local.stop());

  it.each([1, 2, 3])(
    'answers as the local DynamoDB does, whatever is written (%i)',
    async (seed) => {
      const TableName = await local.table();
      const model = new Tables({ [TableName]: { partitionKey: 'id' } });
      const random = new Random(seed, 'dynamodb truth');
      let failed = 0;
      for (let count = 0; count < 100; count++) {
        const [kind, input] = drawWrite(random, TableName);
        const one = await outcomeOf(() => model.write(kind, input));
        if (one !== 'written') failed += 1;
        expect({ kind, input, outcome: one }).toEqual({
          kind,
          input,
          outcome: await outcomeOf(() => local.client.send(commands[kind](input) as never)),
        });
      }
      expect(failed).toBeGreaterThan(10);
    },
    30_000,
  );

  it('cancels the transactions that the local DynamoDB cancels, for the same reasons', async () => {
    const TableName = await local.table();
    const model = new Tables({ [TableName]: { partitionKey: 'id' } });
    const random = new Random(7, 'transactions');
    let cancelled = 0;
    for (let count = 0; count < 100; count++) {
      const byItem = new Map<string, TransactWriteItem>();
      for (let items = random.whole(1, 3); items > 0; items--) {
        const [kind, input] = drawWrite(random, TableName);
        byItem.set(JSON.stringify(input.Key?.id ?? input.Item.id), { [kind]: input });
      }
      const TransactItems = [...byItem.values()];
      const one = await outcomeOf(() => model.transact(TransactItems));
      if (one !== 'written') cancelled += 1;
      expect({ TransactItems, outcome: one }).toEqual({
        TransactItems,
        outcome: await outcomeOf(() => local.client.send(new TransactWriteItemsCommand({ TransactItems }))),
      });
    }
    expect(cancelled).toBeGreaterThan(10);
  }, 30_000);
});
