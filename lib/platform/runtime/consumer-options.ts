import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { RetrySettings } from '../config/retry-settings.ts';
import type { MessageContext } from './context.ts';
import type { Message } from './message.ts';
import type { Tracer } from './trace/tracer.ts';

/** What an error means for the message: try again, or give up at once. */
export type ErrorClass = 'retryable' | 'fatal';

/** Options of a consumer of messages whose body is `Body`. */
export interface CommonConsumerOptions<Body> {
  /** The queue it consumes, which is also the consumer's name in claims, logs and metrics. 1 to 255 bytes. */
  readonly queue: string;
  /** The business rule. Returns when the effect has happened, throws when it has not. */
  readonly handle: (message: Message<Body>, context: MessageContext) => unknown;
  /**
   * How many messages of a batch are handled at the same time. 1 to 1,000.
   * @default 10
   */
  readonly concurrency?: number;
  /**
   * Messages with the same key are handled in the order in which they came into the queue, one at a time; while one of them waits for a retry, the later
   * ones are put off, also those of later batches. A dead letter lets them go. `undefined` asks for no order. What is promised, and what it costs: docs/order.md.
   * @default no order
   */
  readonly orderBy?: (message: Message<Body>) => string | undefined;
  /**
   * `table` recognises duplicates by message id in the claim table, at two requests a message; `none` handles every delivery, at two requests
   * a batch, by which messages that kill the process are found. Where the function has no claim table (`CLAIM_TABLE`), `none` cannot find those:
   * their batch comes back until the broker's delivery limit.
   * @default 'table'
   */
  readonly claims?: 'table' | 'none';
  /**
   * Parts of the retry schedule that differ from the stack's.
   * @default what the stack configured, else `defaultRetrySettings`
   */
  readonly retry?: Partial<RetrySettings>;
  /**
   * Says what errors of other libraries mean; `undefined` leaves it at the default.
   * @default everything but `FatalError` is retryable
   */
  readonly classify?: (error: unknown) => ErrorClass | undefined;
  /**
   * Records a span for each message that is handled, linked to where the message was created; what the handler does becomes part of it.
   * `trace.getTracer('…')` of `@opentelemetry/api`.
   * @default no spans
   */
  readonly tracer?: Tracer;
  /**
   * Limit of a decompressed or fetched body, in bytes; a larger one is a dead letter. A batch holds at most twice as much of such bodies at once;
   * messages that find no room wait.
   * @default a 32nd of the function's memory, at least 1 MiB and at most 64 MiB: 16 MiB of 512 MB. Parsed JSON may take 20 times its size
   */
  readonly maxBodyBytes?: number;
}

/** A consumer of validated messages. */
export interface SchemaConsumerOptions<Schema extends StandardSchemaV1>
  extends CommonConsumerOptions<StandardSchemaV1.InferOutput<Schema>> {
  /** Any Standard Schema (zod, valibot, arktype, …) for the decoded body. */
  readonly message: Schema;
}

/** A consumer that takes the body as it was published, whatever it is. */
export interface RawConsumerOptions extends CommonConsumerOptions<Buffer> {
  readonly message?: undefined;
}
