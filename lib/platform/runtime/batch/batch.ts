import type { Logger } from '@aws-lambda-powertools/logger';
import type { TransactWriteItem } from '@aws-sdk/client-dynamodb';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Clock } from '../../time/clock.ts';
import type { ClaimCheckStore } from '../claim-check/claim-check-store.ts';
import type { ClaimStore } from '../claims/claim-store.ts';
import type { MessageContext } from '../context.ts';
import type { HealthSink } from '../health/health-reporter.ts';
import type { Message } from '../message.ts';
import type { KeyQueueStore } from '../order/key-queue-store.ts';
import type { MessagePublisher } from '../publisher.ts';
import type { RecoveryPolicy } from '../recover/decide.ts';
import type { Tracer } from '../trace/tracer.ts';
import type { BodyBudget } from './body-budget.ts';
import type { DeadlineGuard } from './deadline.ts';
import type { ProcessSpans } from './process-spans.ts';

/** What a consumer does with a message; the same for every batch. */
export interface ConsumerDefinition {
  /** The first part of the claims' keys. */
  readonly name: string;
  readonly schema: StandardSchemaV1 | undefined;
  readonly handle: (message: Message<unknown>, context: MessageContext) => unknown;
  readonly orderBy: ((message: Message<unknown>) => string | undefined) | undefined;
  readonly concurrency: number;
  readonly maxBodyBytes: number;
  readonly policy: RecoveryPolicy;
  readonly tracer?: Tracer;
}

/** Commits effects together with a claim. */
export interface EffectTransactions {
  /**
   * Waits out contention. May be called again for the same claim after it threw: what an earlier call has committed after all, though its answer
   * was lost, is `committed`, and nothing is written again.
   *
   * @param until milliseconds since the epoch; from then on nothing is tried again
   * @returns `fenced` when the claim is another's and nothing was written
   * @throws what DynamoDB threw, where the claim was not the reason
   */
  commit(
    items: readonly TransactWriteItem[],
    key: string,
    owner: string,
    until: number,
  ): Promise<'committed' | 'fenced'>;
}

/** What lies outside of the process. */
export interface ConsumerServices {
  /** Absent for a consumer that handles every delivery. */
  readonly claims?: ClaimStore;
  /**
   * Finds the messages that kill the process of a consumer without `claims`: it is asked once a batch and, after a process has vanished, for
   * each message. Absent where nothing does.
   */
  readonly crashes?: ClaimStore;
  /** Absent where `transact` has no claim to commit. */
  readonly effects?: EffectTransactions;
  /** Who waits of each order key. Absent where the order of a key ends with the batch. */
  readonly order?: KeyQueueStore;
  /** Where bodies are that were too large to travel; called when one is needed. Absent where no bucket is configured. */
  readonly claimChecks?: () => Promise<ClaimCheckStore>;
  /** Absent where no circuit breaker asks how the consumer fares. */
  readonly health?: HealthSink;
  /** Called when a copy is needed or may soon be; may reject. */
  readonly publisher: () => Promise<MessagePublisher>;
  /** Time, and every timer of the batch. */
  readonly clock: Clock;
  /** From 0 up to, but not including, 1. */
  readonly random: () => number;
}

/** The batch at hand. */
export interface Batch {
  readonly consumer: ConsumerDefinition;
  readonly services: ConsumerServices;
  readonly guard: DeadlineGuard;
  /** Of bodies that were decompressed or fetched. */
  readonly bodies: BodyBudget;
  /** With what the invocation adds to each line; made when it is asked for, because most batches log nothing. */
  readonly logger: () => Logger;
  /** Absent without a tracer. */
  readonly spans?: ProcessSpans;
  /** Token of this invocation, the first part of its claims' owners. */
  readonly owner: string;
}
