import type { TransactWriteItem } from '@aws-sdk/client-dynamodb';
import { decideSettle } from './claim-decisions.ts';
import { defaultRetentionSeconds } from './claim-record.ts';
import { type ClaimWrite, settleWrite } from './claim-write.ts';
import { conditionalUpdate } from './conditional-update.ts';
import { recordOf } from './dynamodb-claim-item.ts';

export interface ClaimCompletion {
  readonly tableName: string;
  /** `<consumer>#<message id>`. */
  readonly key: string;
  readonly owner: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** How long the record is remembered. @default 14 days */
  readonly retentionSeconds?: number;
}

/**
 * The item that completes a claim in the same transaction as the effect: both happen or neither. The transaction is
 * cancelled when the owner no longer holds the claim; `whyClaimCancelled` tells.
 */
export const claimCompletionItem = (completion: ClaimCompletion): TransactWriteItem => ({
  Update: conditionalUpdate(completion.tableName, completion.key, writeOf(completion)),
});

const writeOf = ({ owner, now, retentionSeconds = defaultRetentionSeconds }: ClaimCompletion): ClaimWrite =>
  settleWrite(owner, 'DONE', now, retentionSeconds);

/** What DynamoDB says about each item of a cancelled transaction, in the order of the items. */
interface CancellationReason {
  readonly Code?: string;
  readonly Item?: Parameters<typeof recordOf>[0];
}

/**
 * Whether a failed transaction failed because of its claim. `index` is the completion's position in `TransactItems`.
 *
 * - `fenced`: another owner holds or has settled the claim; the effect is not ours to make.
 * - `committed`: an earlier try of the same owner went through and its answer was lost; the effect has happened.
 * - `undefined`: the claim was not the reason. The effect's own condition failed, or throttling, a conflict, an outage.
 */
export const whyClaimCancelled = (
  error: unknown,
  index: number,
  completion: ClaimCompletion,
): 'fenced' | 'committed' | undefined => {
  if (!(error instanceof Error) || error.name !== 'TransactionCanceledException') return undefined;
  const reasons = (error as Error & { readonly CancellationReasons?: readonly CancellationReason[] })
    .CancellationReasons;
  const reason = reasons?.[index];
  if (reason?.Code !== 'ConditionalCheckFailed') return undefined;
  const record = reason.Item && recordOf(reason.Item);
  const settlement = decideSettle(record, completion.owner, 'DONE', writeOf(completion), completion.now);
  return settlement === 'already' ? 'committed' : 'fenced';
};
