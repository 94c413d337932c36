import type { Logger } from '@aws-lambda-powertools/logger';
import type { TransactWriteItem } from '@aws-sdk/client-dynamodb';
import type { TraceContext } from './trace/trace-context.ts';

/** What a handler gets beside its message. Its members may be destructured. */
export interface MessageContext {
  /** Aborts when the function's time is almost over; pass it on to `fetch`, SDK calls, … */
  readonly signal: AbortSignal;
  /** Adds message id, attempt, queue and trace id to every line. */
  readonly logger: Logger;
  /** Milliseconds until `signal` aborts; 0 afterwards. */
  readonly remainingMilliseconds: () => number;
  /** Trace of the message, to be handed on to the events and calls that follow from it. Absent where its publisher set none. */
  readonly trace?: TraceContext;
  /**
   * Commits DynamoDB writes and the claim of this message in one transaction: the effect happens exactly once, whatever
   * is redelivered or replayed. Put it last: the message is done when it has committed. What fails after that is not tried again, only logged and
   * counted (`FailedAfterCommit`). Takes 1 to 99 items (DynamoDB takes 100, one is the claim) and commits once per message.
   *
   * Contention (`TransactionConflict`, throttling) is waited out, with growing pauses, for up to 10 s and never past the moment at which `signal`
   * aborts; what is thrown then is retried like any error. After a call that threw, it may be called again.
   *
   * @throws FatalError for a call after one that has committed or beside one in progress, no items, more than 99, or a consumer with `claims: 'none'`
   * @throws ClaimLostError when another invocation has taken over this message; let it pass
   * @throws TransactionCanceledException when one of the handler's own conditions failed; its message names items, tables and reasons, and `CancellationReasons`
   * has them in the order of the items
   */
  readonly transact: (items: readonly TransactWriteItem[]) => Promise<void>;
}
