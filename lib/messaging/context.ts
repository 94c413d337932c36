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
   * is redelivered or replayed. May be called once per message, with 1 to 99 items (DynamoDB takes 100, one is the claim).
   *
   * @throws FatalError for a second call, no items, more than 99, or a consumer with `claims: 'none'`
   * @throws ClaimLostError when another invocation has taken over this message; let it pass
   * @throws TransactionCanceledException when one of the handler's own conditions failed
   */
  readonly transact: (items: readonly TransactWriteItem[]) => Promise<void>;
}
