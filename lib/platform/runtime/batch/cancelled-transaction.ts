import {
  type CancellationReason,
  TransactionCanceledException,
  type TransactWriteItem,
} from '@aws-sdk/client-dynamodb';
import { truncateUtf8 } from '../truncate-utf8.ts';

/** Reasons of a cancelled transaction that pass by themselves. */
const passingReasons: ReadonlySet<string> = new Set([
  'TransactionConflict',
  'ThrottlingError',
  'ProvisionedThroughputExceeded',
]);

/** Errors of a whole transaction that pass by themselves. */
const passingErrors: ReadonlySet<string> = new Set([
  'TransactionConflictException',
  'TransactionInProgressException',
  'ThrottlingException',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
]);

/**
 * Whether a transaction failed only because others were at its items, or because there were too many of them: nothing was written, and
 * the same transaction may well succeed in a moment. A condition that failed as well does not pass by itself.
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html#API_TransactWriteItems_Errors
 */
export function isContention(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const failed = failedReasons(error);
  if (failed.length === 0) return passingErrors.has(error.name);
  return failed.every(({ code }) => passingReasons.has(code));
}

/**
 * The same error with a message that says which items cancelled the transaction, and why; the original is its `cause`. DynamoDB's own message
 * only says to look elsewhere. Any other error is returned as it is.
 *
 * @param items those of the handler; what DynamoDB says about further ones is not its business
 */
export function namingItems(error: unknown, items: readonly TransactWriteItem[]): unknown {
  if (!(error instanceof TransactionCanceledException)) return error;
  const named = failedReasons(error).flatMap(({ code, message, index }) => {
    const item = items[index];
    return item ? [`${describeItem(item, index)}: ${code}${message ? `, ${message}` : ''}`] : [];
  });
  if (named.length === 0) return error;
  const better = new TransactionCanceledException({
    message: truncateUtf8(`transact wrote nothing: ${named.slice(0, 5).join('; ')}`, maximumMessageBytes),
    CancellationReasons: error.CancellationReasons,
    $metadata: error.$metadata,
  });
  better.cause = error;
  return better;
}

const maximumMessageBytes = 4096;

interface FailedReason {
  readonly code: string;
  readonly message: string | undefined;
  /** Position of its item in the transaction. */
  readonly index: number;
}

function failedReasons(error: Error): FailedReason[] {
  if (error.name !== 'TransactionCanceledException') return [];
  const { CancellationReasons: reasons = [] } = error as {
    readonly CancellationReasons?: readonly CancellationReason[];
  };
  return reasons.flatMap(({ Code: code = 'None', Message: message }, index) =>
    code === 'None' ? [] : [{ code, message, index }],
  );
}

/** Table, key and condition: `Update of {"orderId":{"S":"1"}} in table orders (items[0]) if attribute_exists(orderId)`. */
function describeItem(item: TransactWriteItem, index: number): string {
  const [[kind, write] = ['item', undefined]] = Object.entries(item);
  if (!write) return `items[${index}]`;
  const { ConditionExpression: condition } = write;
  const key = 'Key' in write ? write.Key : namedIn(condition, write.Item, write.ExpressionAttributeNames);
  const which = truncateUtf8(JSON.stringify(key ?? {}), 1024);
  return `${kind} of ${which} in table ${write.TableName} (items[${index}])${condition ? ` if ${condition}` : ''}`;
}

/** A put has no key of its own. The attributes that its condition names are mostly the key's, and are what matters. */
function namedIn<Value>(
  condition = '',
  item: Readonly<Record<string, Value>> = {},
  placeholders: Readonly<Record<string, string>> = {},
): Record<string, Value> {
  const names = new Set(condition.match(/#?[\w.-]+/g)?.map((name) => placeholders[name] ?? name));
  return Object.fromEntries(Object.entries(item).filter(([name]) => names.has(name)));
}
