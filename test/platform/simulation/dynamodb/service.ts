import {
  DynamoDBServiceException,
  IdempotentParameterMismatchException,
  ProvisionedThroughputExceededException,
  TransactionConflictException,
  TransactionInProgressException,
  type TransactWriteItem,
} from '@aws-sdk/client-dynamodb';
import type { Random } from '../engine/random.ts';
import type { Scheduler } from '../engine/scheduler.ts';
import type { Item } from './attribute.ts';
import { cancelled, type Tables, writeOf } from './tables.ts';

/** What may befall one request. `lost-request` and `lost-answer` look alike to the client: no answer comes. */
export const dynamoDbFaults = ['throttled', 'denied', 'lost-request', 'lost-answer', 'late'] as const;
export type DynamoDbFault = (typeof dynamoDbFaults)[number];

export interface DynamoDbRequest {
  /** `UpdateItem`, `TransactWriteItems`, … */
  readonly operation: string;
  // biome-ignore lint/suspicious/noExplicitAny: the inputs of all operations
  readonly input: any;
  /** Set for transactions; the same for every try of one. */
  readonly token?: string;
  readonly fault?: DynamoDbFault;
}

export type DynamoDbAnswer = { readonly value: unknown } | { readonly error: Error };

/** How long DynamoDB holds the items of a transaction, in milliseconds. */
const transactionMilliseconds = { lowest: 4, highest: 25 };

/** Single writes and transactions on the same items conflict: DynamoDB refuses them instead of letting them wait. */
export class DynamoDbService {
  readonly #tables: Tables;
  readonly #scheduler: Scheduler;
  readonly #random: Random;
  /** Items that a transaction is at, as `table/key`. */
  readonly #locked = new Set<string>();
  /** Transactions of the last ten minutes by client request token. */
  readonly #transactions = new Map<string, { readonly fingerprint: string; done: boolean }>();

  constructor(tables: Tables, scheduler: Scheduler, random: Random) {
    this.#tables = tables;
    this.#scheduler = scheduler;
    this.#random = random;
  }

  /** Carries a request out, now or, for a transaction, in a few milliseconds. `answer` is called once. */
  handle(request: DynamoDbRequest, answer: (result: DynamoDbAnswer) => void): void {
    if (request.fault === 'throttled') answer({ error: throttled() });
    else if (request.fault === 'denied') answer({ error: denied(request.operation) });
    else if (request.operation === 'TransactWriteItems') this.#transact(request, answer);
    else answer(attempt(() => this.#single(request)));
  }

  #single({ operation, input }: DynamoDbRequest): unknown {
    switch (operation) {
      case 'PutItem':
      case 'UpdateItem':
      case 'DeleteItem':
        if (this.#locked.has(this.#lockOf(input.TableName, input.Key ?? input.Item))) throw conflict();
        return this.#tables.write(operation.slice(0, -'Item'.length) as 'Put', input);
      case 'GetItem':
        return { Item: this.#tables.get(input.TableName, input.Key) };
      case 'BatchGetItem':
        return { Responses: this.#batch(input.RequestItems), UnprocessedKeys: {} };
      case 'Query':
        return { Items: this.#tables.search(input) };
      case 'Scan':
        // Everything is in the first segment.
        return { Items: (input.Segment ?? 0) === 0 ? this.#tables.search(input) : [] };
      default:
        throw new TypeError(`${operation} of DynamoDB is not modelled`);
    }
  }

  #batch(requests: Readonly<Record<string, { readonly Keys: readonly Item[] }>>): Record<string, Item[]> {
    return Object.fromEntries(
      Object.entries(requests).map(([table, { Keys }]) => [
        table,
        Keys.map((key) => this.#tables.get(table, key)).filter((item) => item !== undefined),
      ]),
    );
  }

  #transact({ input, token = '' }: DynamoDbRequest, answer: (result: DynamoDbAnswer) => void): void {
    const items = input.TransactItems as readonly TransactWriteItem[];
    const fingerprint = JSON.stringify(items);
    const earlier = this.#transactions.get(token);
    const locks = items.map((item) => {
      const [, { TableName = '', Key, Item }] = writeOf(item);
      return this.#lockOf(TableName, (Key ?? Item) as Item);
    });
    if (earlier && earlier.fingerprint !== fingerprint) answer({ error: mismatch() });
    else if (earlier) answer(earlier.done ? { value: {} } : { error: inProgress() });
    else if (locks.some((lock) => this.#locked.has(lock))) answer({ error: this.#conflicting(locks) });
    else this.#carryOut({ items, token, fingerprint, locks }, answer);
  }

  #carryOut({ items, token, fingerprint, locks }: Transaction, answer: (result: DynamoDbAnswer) => void): void {
    const transaction = { fingerprint, done: false };
    this.#transactions.set(token, transaction);
    for (const lock of locks) this.#locked.add(lock);
    const { lowest, highest } = transactionMilliseconds;
    this.#scheduler.after(this.#random.whole(lowest, highest), () => {
      for (const lock of locks) this.#locked.delete(lock);
      const result = attempt(() => this.#tables.transact(items));
      if ('error' in result) this.#transactions.delete(token);
      else transaction.done = true;
      answer(result);
    });
  }

  #conflicting(locks: readonly string[]): Error {
    return cancelled(
      locks.map((lock) =>
        this.#locked.has(lock)
          ? { Code: 'TransactionConflict', Message: 'Transaction is ongoing for the item' }
          : { Code: 'None' },
      ),
    );
  }

  #lockOf(table: string, key: Item): string {
    return `${table}/${this.#tables.keyOf(table, key)}`;
  }
}

interface Transaction {
  readonly items: readonly TransactWriteItem[];
  readonly token: string;
  /** Tells another transaction with the same token apart. */
  readonly fingerprint: string;
  readonly locks: readonly string[];
}

function attempt(work: () => unknown): DynamoDbAnswer {
  try {
    return { value: work() };
  } catch (error) {
    return { error: error as Error };
  }
}

const throttled = () =>
  new ProvisionedThroughputExceededException({
    message: 'The level of configured provisioned throughput was exceeded',
    $metadata: {},
  });
const conflict = () =>
  new TransactionConflictException({ message: 'Transaction is ongoing for the item', $metadata: {} });
const inProgress = () =>
  new TransactionInProgressException({ Message: 'the transaction is under way', $metadata: {} } as never);
const mismatch = () =>
  new IdempotentParameterMismatchException({ Message: 'another transaction had this token', $metadata: {} } as never);
const denied = (operation: string) =>
  new DynamoDBServiceException({
    name: 'AccessDeniedException',
    $fault: 'client',
    message: `not authorized to perform dynamodb:${operation}`,
    $metadata: {},
  });
