import { DynamoDbError } from './dynamodb-error.ts';
import type { Engine, Item } from './engine.ts';

interface TableDescription {
  readonly KeySchema: readonly { readonly AttributeName: string }[];
}

/** Key attributes of the tables, asked of the engine once a table. */
export class TableKeys {
  readonly #engine: Engine;
  readonly #names = new Map<string, Promise<readonly string[]>>();

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** @throws DynamoDbError `ResourceNotFoundException`. */
  namesOf(tableName: string): Promise<readonly string[]> {
    let names = this.#names.get(tableName);
    if (!names) {
      names = this.#describe(tableName);
      this.#names.set(tableName, names);
      names.catch(() => this.#names.delete(tableName));
    }
    return names;
  }

  /** The key of an item: the item's key attributes. */
  async keyOf(tableName: string, item: Item): Promise<Item> {
    const key: Record<string, Readonly<Record<string, unknown>>> = {};
    for (const name of await this.namesOf(tableName)) {
      const value = item[name];
      if (value) key[name] = value;
    }
    return key;
  }

  /** To be called when a table is deleted: its successor may have other keys. */
  forget(tableName: string): void {
    this.#names.delete(tableName);
  }

  async #describe(tableName: string): Promise<readonly string[]> {
    const answer = await this.#engine.call('DescribeTable', { TableName: tableName });
    const table = answer.Table as TableDescription | undefined;
    if (!table) throw new DynamoDbError('ResourceNotFoundException', 'Requested resource not found');
    return table.KeySchema.map(({ AttributeName }) => AttributeName);
  }
}

/** One spelling a number, so that `1`, `1.0` and `10e-1` are the same key. */
const canonicalNumber = (text: string): string => {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^([+-]?)(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$/.exec(text.trim()) ?? [];
  const digits = `${whole}${fraction}`.replace(/^0+/, '');
  const significant = digits.replace(/0+$/, '');
  if (significant === '') return '0';
  const power = Number(exponent) - fraction.length + digits.length - significant.length;
  return `${sign === '-' ? '-' : ''}${significant}e${power}`;
};

/** Identity of an item within the account, to compare two of a transaction. */
export const identityOf = (tableName: string, key: Item): string =>
  JSON.stringify([
    tableName,
    ...Object.keys(key)
      .sort()
      .map((name) => {
        const [type, value] = Object.entries(key[name] ?? {})[0] ?? [];
        return [name, type, type === 'N' ? canonicalNumber(String(value)) : value];
      }),
  ]);
