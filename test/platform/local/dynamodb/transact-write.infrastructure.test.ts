import {
  type AttributeValue,
  BatchWriteItemCommand,
  ScanCommand,
  type TransactionCanceledException,
  type TransactWriteItem,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type LocalTables, startLocalTables } from './local-tables.ts';

let tables: LocalTables;
let TableName: string;
beforeAll(async () => {
  tables = await startLocalTables();
}, 180_000);
beforeEach(async () => {
  TableName = await tables.table();
});
afterAll(() => tables.stop());

const Key = (id: string) => ({ id: { S: id } });
const write = (TransactItems: TransactWriteItem[], ClientRequestToken?: string) =>
  tables.client.send(
    new TransactWriteItemsCommand({ TransactItems, ...(ClientRequestToken && { ClientRequestToken }) }),
  );
const failure = (sent: Promise<unknown>): Promise<unknown> =>
  sent.then(
    () => 'no failure',
    (error: unknown) => error,
  );
/** Values by id. */
const contents = async (): Promise<Record<string, string>> => {
  const { Items = [] } = await tables.client.send(new ScanCommand({ TableName }));
  return Object.fromEntries(Items.map(({ id, value }) => [id?.S, value?.N ?? 'without value']));
};
const seed = async (values: Record<string, number>): Promise<void> => {
  const puts = Object.entries(values).map(([id, value]) => ({
    PutRequest: { Item: { ...Key(id), value: { N: String(value) } } },
  }));
  if (puts.length > 0) await tables.client.send(new BatchWriteItemCommand({ RequestItems: { [TableName]: puts } }));
};

type Operation = {
  readonly kind: 'Put' | 'Update' | 'Delete' | 'ConditionCheck';
  readonly id: string;
  readonly condition: 'none' | 'absent' | 'present' | 'is';
  readonly value: number;
  readonly wanted: number;
  readonly returned: boolean;
};

const itemOf = (operation: Operation): TransactWriteItem => {
  const { kind, id, condition, value, wanted } = operation;
  const values: Record<string, AttributeValue> = {};
  if (kind === 'Update') values[':value'] = { N: String(value) };
  if (condition === 'is') values[':wanted'] = { N: String(wanted) };
  const expressions = {
    none: undefined,
    absent: 'attribute_not_exists(id)',
    present: 'attribute_exists(id)',
    is: '#v = :wanted',
  };
  const needsName = kind === 'Update' || condition === 'is';
  const parameters = {
    TableName,
    ConditionExpression: expressions[condition],
    ...(needsName && { ExpressionAttributeNames: { '#v': 'value' } }),
    ...(Object.keys(values).length > 0 && { ExpressionAttributeValues: values }),
    ReturnValuesOnConditionCheckFailure: operation.returned ? ('ALL_OLD' as const) : ('NONE' as const),
  };
  if (kind === 'Put') return { Put: { ...parameters, Item: { ...Key(id), value: { N: String(value) } } } };
  if (kind === 'Update') return { Update: { ...parameters, Key: Key(id), UpdateExpression: 'SET #v = :value' } };
  if (kind === 'Delete') return { Delete: { ...parameters, Key: Key(id) } };
  return { ConditionCheck: { ...parameters, Key: Key(id), ConditionExpression: expressions[condition] ?? '' } };
};

/** The same on a plain object: the reasons if a condition fails, else the new contents. */
const expected = (before: Record<string, number>, operations: readonly Operation[]) => {
  const after = { ...before };
  const reasons = operations.map(({ kind, id, condition, value, wanted, returned }) => {
    const old = before[id];
    const holds = { none: true, absent: old === undefined, present: old !== undefined, is: old === wanted }[condition];
    if (kind === 'Delete') delete after[id];
    else if (kind !== 'ConditionCheck') after[id] = value;
    if (holds) return { Code: 'None' };
    const Item = returned && old !== undefined ? { ...Key(id), value: { N: String(old) } } : undefined;
    return { Code: 'ConditionalCheckFailed', Message: 'The conditional request failed', ...(Item && { Item }) };
  });
  return { reasons, after, committed: reasons.every(({ Code }) => Code === 'None') };
};

const ids = ['a', 'b', 'c', 'd', 'e'];
const operation = fc
  .record({
    kind: fc.constantFrom('Put' as const, 'Update' as const, 'Delete' as const, 'ConditionCheck' as const),
    id: fc.constantFrom(...ids),
    condition: fc.constantFrom('none' as const, 'none' as const, 'absent' as const, 'present' as const, 'is' as const),
    value: fc.nat(2),
    wanted: fc.nat(2),
    returned: fc.boolean(),
  })
  .filter(({ kind, condition }) => kind !== 'ConditionCheck' || condition !== 'none');

describe('a transaction', () => {
  it('does all or nothing and says why, whatever is in it', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(fc.constantFrom(...ids), fc.nat(2)),
        fc.uniqueArray(operation, { selector: ({ id }) => id, minLength: 1 }),
        async (before, operations) => {
          TableName = await tables.table();
          await seed(before);
          const { reasons, after, committed } = expected(before, operations);
          const result = await failure(write(operations.map(itemOf)));
          if (committed) expect(result).toBe('no failure');
          else
            expect(result).toMatchObject({
              name: 'TransactionCanceledException',
              message: `Transaction cancelled, please refer cancellation reasons for specific reasons [${reasons.map(({ Code }) => Code).join(', ')}]`,
            });
          if (!committed) expect((result as TransactionCanceledException).CancellationReasons).toEqual(reasons);
          const left = Object.fromEntries(Object.entries(committed ? after : before).map(([id, n]) => [id, String(n)]));
          expect(await contents()).toEqual(left);
        },
      ),
      { numRuns: 60 },
    );
  }, 180_000);

  it('is not seen half done, not even while it is being undone', async () => {
    const many = Array.from({ length: 30 }, (_, n) => `item ${n}`);
    const setAll = (n: number): TransactWriteItem[] =>
      many.map((id) => ({ Put: { TableName, Item: { ...Key(id), value: { N: String(n) } } } }));
    const fails: TransactWriteItem = {
      ConditionCheck: { TableName, Key: Key('none'), ConditionExpression: 'attribute_exists(id)' },
    };
    await write(setAll(0));
    let running = true;
    const writer = async () => {
      for (let n = 1; n <= 30; n++) {
        if (n % 2 === 0) await write(setAll(n));
        else await failure(write([...setAll(n), fails]));
      }
      running = false;
    };
    const states = new Set<string>();
    const scanner = async () => {
      while (running) {
        const seen = await contents();
        expect(Object.keys(seen)).toHaveLength(many.length);
        states.add([...new Set(Object.values(seen))].join(' and '));
      }
    };
    await Promise.all([writer(), scanner(), scanner()]);
    for (const state of states) expect(Number(state) % 2).toBe(0);
    expect(states.size).toBeGreaterThan(3);
  }, 180_000);

  it('that races with others for the same items lets one win', async () => {
    const claim = (n: number) =>
      write([
        { Put: { TableName, Item: Key('shared'), ConditionExpression: 'attribute_not_exists(id)' } },
        { Put: { TableName, Item: Key(`row ${n}`) } },
      ]);
    const results = await Promise.all(Array.from({ length: 20 }, (_, n) => failure(claim(n))));
    expect(results.filter((result) => result === 'no failure')).toHaveLength(1);
    expect(Object.keys(await contents())).toHaveLength(2);
  });

  it('sent again with its token has no further effect; the token cannot be used for another', async () => {
    const increment = (by: string): TransactWriteItem[] => [
      {
        Update: {
          TableName,
          Key: Key('a'),
          UpdateExpression: 'ADD #v :by',
          ExpressionAttributeNames: { '#v': 'value' },
          ExpressionAttributeValues: { ':by': { N: by } },
        },
      },
    ];
    await write(increment('1'), 'token');
    await write(increment('1'), 'token');
    expect(await contents()).toEqual({ a: '1' });
    await expect(write(increment('2'), 'token')).rejects.toMatchObject({
      name: 'IdempotentParameterMismatchException',
    });
    await write(increment('1'), 'another');
    expect(await contents()).toEqual({ a: '2' });
  });

  it('that was cancelled may be tried again with the same token', async () => {
    const items: TransactWriteItem[] = [
      { ConditionCheck: { TableName, Key: Key('a'), ConditionExpression: 'attribute_exists(id)' } },
      { Put: { TableName, Item: Key('b') } },
    ];
    await expect(write(items, 'token of a cancelled one')).rejects.toMatchObject({
      name: 'TransactionCanceledException',
    });
    await seed({ a: 1 });
    await write(items, 'token of a cancelled one');
    expect(await contents()).toEqual({ a: '1', b: 'without value' });
  });

  it('with an item that cannot be updated as asked is cancelled with a validation error for that item', async () => {
    await seed({ a: 1 });
    const error = await failure(
      write([
        { Put: { TableName, Item: Key('b') } },
        {
          Update: {
            TableName,
            Key: Key('a'),
            UpdateExpression: 'SET copied = nothing_there',
          },
        },
      ]),
    );
    expect(error).toMatchObject({
      name: 'TransactionCanceledException',
      CancellationReasons: [
        { Code: 'None' },
        { Code: 'ValidationError', Message: expect.stringContaining('does not exist') },
      ],
    });
    expect(await contents()).toEqual({ a: '1' });
  });

  describe('is refused as a whole and does nothing', () => {
    const put = (id: string, more: object = {}): TransactWriteItem => ({
      Put: { TableName, Item: { ...Key(id), ...more } },
    });
    it.each<[string, () => TransactWriteItem[], RegExp]>([
      ['with no item', () => [], /0 items; a transaction takes 1 to 100/],
      [
        'with 101 items',
        () => Array.from({ length: 101 }, (_, n) => put(String(n))),
        /101 items; a transaction takes 1 to 100/,
      ],
      [
        'with the same item twice',
        () => [put('a'), { Delete: { TableName, Key: Key('a') } }],
        /multiple operations on one item/,
      ],
      [
        'with two operations in one item',
        () => [{ ...put('a'), Delete: { TableName, Key: Key('b') } }],
        /exactly one of/,
      ],
      [
        'with a syntax error',
        () => [put('b'), { Put: { TableName, Item: Key('a'), ConditionExpression: 'a ==' } }],
        /Syntax error/,
      ],
      [
        'with an unused value',
        () => [put('b'), { Put: { TableName, Item: Key('a'), ExpressionAttributeValues: { ':x': { N: '1' } } } }],
        /ExpressionAttributeValues/,
      ],
      [
        'with a table that does not exist',
        () => [put('b'), { Put: { TableName: 'no-such-table', Item: Key('a') } }],
        /not found/,
      ],
      [
        'over 4 MB',
        () => Array.from({ length: 11 }, (_, n) => put(String(n), { text: { S: 'x'.repeat(390_000) } })),
        /4 MB/,
      ],
    ])('%s', async (_, items, message) => {
      await expect(write(items())).rejects.toThrow(message);
      expect(await contents()).toEqual({});
    });
  });

  it('takes 100 items', async () => {
    await write(Array.from({ length: 100 }, (_, n) => ({ Put: { TableName, Item: Key(String(n)) } })));
    expect(Object.keys(await contents())).toHaveLength(100);
  });
});
