import {
  ConditionalCheckFailedException,
  TransactionCanceledException,
  type TransactWriteItem,
} from '@aws-sdk/client-dynamodb';
import type { Item } from './attribute.ts';
import { type Bindings, condition } from './condition.ts';
import { update } from './update.ts';

export interface TableShape {
  readonly partitionKey: string;
  readonly sortKey?: string;
  /** Local secondary index by name, with the attribute that it is sorted by; holds the items that have it. */
  readonly indexes?: Readonly<Record<string, string>>;
}

/** What reads and writes have in common. */
interface Request {
  readonly TableName?: string;
  readonly Key?: Item;
  readonly Item?: Item;
  readonly ConditionExpression?: string;
  readonly UpdateExpression?: string;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
  readonly ExpressionAttributeValues?: Bindings['values'];
  readonly ReturnValues?: string;
  readonly ReturnValuesOnConditionCheckFailure?: string;
}

interface Search extends Request {
  readonly IndexName?: string;
  readonly KeyConditionExpression?: string;
  readonly FilterExpression?: string;
  readonly Limit?: number;
  readonly ScanIndexForward?: boolean;
  readonly Segment?: number;
}

/** Told of an item before and after a write. */
export type TableChange = (table: string, before: Item | undefined, after: Item | undefined) => void;

type Write = 'Put' | 'Update' | 'Delete' | 'ConditionCheck';

/** Tables as DynamoDB keeps them: conditional writes, transactions, queries. Everything happens at once; waiting and failing is the service's business. */
export class Tables {
  readonly #shapes: Readonly<Record<string, TableShape>>;
  readonly #onChange: TableChange;
  readonly #items = new Map<string, Map<string, Item>>();

  constructor(shapes: Readonly<Record<string, TableShape>>, onChange: TableChange = () => undefined) {
    this.#shapes = shapes;
    this.#onChange = onChange;
    for (const name of Object.keys(shapes)) this.#items.set(name, new Map());
  }

  /** All items of a table, for whoever checks what has become of it. */
  all(table: string): Item[] {
    return [...this.#of(table).values()];
  }

  get(table: string, key: Item): Item | undefined {
    return this.#of(table).get(this.keyOf(table, key));
  }

  /** Identifies an item within its table. */
  keyOf(table: string, item: Item): string {
    const { partitionKey, sortKey } = this.#shapes[table] as TableShape;
    const key = item[partitionKey]?.S ?? '';
    return sortKey === undefined ? key : `${key}\n${item[sortKey]?.S}`;
  }

  /** @throws ConditionalCheckFailedException */
  write(kind: Write, request: Request): { readonly Attributes?: Item } {
    const before = this.#checked(request);
    if (before === false) {
      const item = request.ReturnValuesOnConditionCheckFailure === 'ALL_OLD' ? this.#target(request) : undefined;
      throw new ConditionalCheckFailedException({
        message: 'The conditional request failed',
        $metadata: {},
        ...(item && { Item: { ...item } }),
      });
    }
    const after = this.#apply(kind, request, before);
    if (request.ReturnValues === 'ALL_NEW') return { Attributes: after };
    return request.ReturnValues === 'ALL_OLD' && before ? { Attributes: before } : {};
  }

  /** All or nothing. @throws TransactionCanceledException with a reason for each item */
  transact(items: readonly TransactWriteItem[]): Record<string, never> {
    const writes = items.map(writeOf);
    const failed = writes.map(([, request]) => this.#checked(request) === false);
    if (failed.includes(true))
      throw cancelled(
        failed.map((isFailed, index) => {
          if (!isFailed) return { Code: 'None' };
          const [, request] = writes[index] as [Write, Request];
          const item = request.ReturnValuesOnConditionCheckFailure === 'ALL_OLD' ? this.#target(request) : undefined;
          return {
            Code: 'ConditionalCheckFailed',
            Message: 'The conditional request failed',
            ...(item && { Item: { ...item } }),
          };
        }),
      );
    for (const [kind, request] of writes) this.#apply(kind, request, this.#target(request));
    return {};
  }

  /** In the order of the sort key. */
  search({ TableName = '', IndexName, KeyConditionExpression, FilterExpression, Limit, ...request }: Search): Item[] {
    const shape = this.#shapes[TableName] as TableShape;
    const sortKey = IndexName === undefined ? shape.sortKey : shape.indexes?.[IndexName];
    const bindings = bindingsOf(request);
    const found = this.all(TableName).filter(
      (item) =>
        (sortKey === undefined || item[sortKey] !== undefined) &&
        (KeyConditionExpression === undefined || condition(KeyConditionExpression)(item, bindings)),
    );
    if (sortKey !== undefined)
      found.sort((one, other) => ((one[sortKey]?.S ?? '') < (other[sortKey]?.S ?? '') ? -1 : 1));
    if (request.ScanIndexForward === false) found.reverse();
    const filter = FilterExpression === undefined ? undefined : condition(FilterExpression);
    return found.slice(0, Limit ?? found.length).filter((item) => filter?.(item, bindings) ?? true);
  }

  #of(table: string): Map<string, Item> {
    const items = this.#items.get(table);
    if (!items) throw new TypeError(`no table ${table} is modelled`);
    return items;
  }

  #target({ TableName = '', Key, Item }: Request): Item | undefined {
    return this.get(TableName, (Key ?? Item) as Item);
  }

  /** The item as it is, or `false` where the condition fails. */
  #checked(request: Request): Item | undefined | false {
    const before = this.#target(request);
    const { ConditionExpression } = request;
    if (ConditionExpression === undefined) return before;
    return condition(ConditionExpression)(before, bindingsOf(request)) ? before : false;
  }

  #apply(kind: Write, request: Request, before: Item | undefined): Item | undefined {
    const { TableName = '', Key, Item, UpdateExpression } = request;
    const items = this.#of(TableName);
    if (kind === 'ConditionCheck') return before;
    if (kind === 'Delete') {
      items.delete(this.keyOf(TableName, Key as Item));
      this.#onChange(TableName, before, undefined);
      return undefined;
    }
    const after =
      kind === 'Put'
        ? (Item as Item)
        : update(UpdateExpression ?? '')({ ...(before ?? (Key as Item)) }, bindingsOf(request));
    items.set(this.keyOf(TableName, after), after);
    this.#onChange(TableName, before, after);
    return after;
  }
}

/** @throws the error that DynamoDB's client throws for it */
export const cancelled = (
  reasons: readonly { readonly Code: string; readonly Message?: string; readonly Item?: Item }[],
): TransactionCanceledException =>
  new TransactionCanceledException({
    message: `Transaction cancelled, please refer cancellation reasons for specific reasons [${reasons.map(({ Code }) => Code).join(', ')}]`,
    $metadata: {},
    CancellationReasons: reasons.map((reason) => ({ ...reason })) as never,
  });

export const writeOf = (item: TransactWriteItem): [Write, Request] => {
  const [[kind, request] = ['Put', {}]] = Object.entries(item);
  return [kind as Write, request as Request];
};

const bindingsOf = ({ ExpressionAttributeNames = {}, ExpressionAttributeValues = {} }: Request): Bindings => ({
  names: ExpressionAttributeNames,
  values: ExpressionAttributeValues,
});
