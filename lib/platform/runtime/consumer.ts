import middy, { type MiddyfiedHandler } from '@middy/core';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Context } from 'aws-lambda';
import type { ConsumerServices } from './batch/batch.ts';
import type { BatchReport } from './batch/report.ts';
import { checkOptions } from './check-options.ts';
import type { RawConsumerOptions, SchemaConsumerOptions } from './consumer-options.ts';
import { ConsumerRuntime } from './consumer-runtime.ts';
import type { Environment } from './consumer-services.ts';
import type { RabbitMqEvent } from './decode/event.ts';
import { noteOptions } from './handler-options.ts';

/** A Lambda handler; further middy middlewares may be added with `use`. */
export type ConsumerHandler = MiddyfiedHandler<RabbitMqEvent, BatchReport>;

/** What a consumer takes from its surroundings. For tests and benchmarks. */
export interface ConsumerSurroundings {
  /** @default process.env */
  readonly environment?: Environment;
  /** @default DynamoDB and the broker, as the environment names them */
  readonly services?: ConsumerServices;
}

/**
 * The handler of a function that consumes a queue through Lambda's event source mapping. Decides each message's fate by itself, so
 * that a bad one hurts nobody else: done, retried later, or set aside in the dead-letter queue.
 * Fails the invocation, so that the whole batch comes back, only when the broker did not confirm such a copy.
 *
 * @example
 * export const handler = consumer({
 *   queue: 'fulfil-order',
 *   message: z.object({ orderId: z.string() }),
 *   handle: async ({ body }, { signal }) => {
 *     await fulfil(body.orderId, { signal });
 *   },
 * });
 *
 * @throws ConfigurationError for wrong options, at once; for missing environment variables, at the first invocation
 */
export function consumer<Schema extends StandardSchemaV1>(
  options: SchemaConsumerOptions<Schema>,
  surroundings?: ConsumerSurroundings,
): ConsumerHandler;
export function consumer(options: RawConsumerOptions, surroundings?: ConsumerSurroundings): ConsumerHandler;
export function consumer(options: unknown, surroundings: ConsumerSurroundings = {}): ConsumerHandler {
  const checked = checkOptions(options);
  const { environment = process.env, services } = surroundings;
  // DynamoDB's client takes its time to load: begin while the sandbox starts. Whoever needs it awaits it, and its failure.
  if (checked.claims !== 'none' && !services) import('./claim-table.ts').catch(() => {});
  const runtime = new ConsumerRuntime(checked, environment, services);
  const handle = (event: RabbitMqEvent, context: Context): Promise<BatchReport> => runtime.handle(event, context);
  // The deadline guard does what middy's early timeout would, with more care.
  const handler = middy(handle, { timeoutEarlyInMillis: 0 });
  noteOptions(handler, checked);
  return handler;
}
