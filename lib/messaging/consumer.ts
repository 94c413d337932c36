import { randomUUID } from 'node:crypto';
import { Logger } from '@aws-lambda-powertools/logger';
import middy, { type MiddyfiedHandler } from '@middy/core';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Context } from 'aws-lambda';
import { FunctionEnvironment } from '../config/function-environment.ts';
import type { ConsumerDefinition, ConsumerServices } from './batch/batch.ts';
import { processBatch } from './batch/process-batch.ts';
import type { BatchReport } from './batch/report.ts';
import { BatchMetrics } from './batch-metrics.ts';
import { type CheckedOptions, checkOptions } from './check-options.ts';
import type { RawConsumerOptions, SchemaConsumerOptions } from './consumer-options.ts';
import { type Environment, openServices } from './consumer-services.ts';
import { defaultMaxBodyBytes } from './decode/body.ts';
import type { RabbitMqEvent } from './decode/event.ts';
import { HealthReporter } from './health/health-reporter.ts';
import { retryPolicy } from './recover/retry-policy.ts';

/** A Lambda handler; further middy middlewares may be added with `use`. */
export type ConsumerHandler = MiddyfiedHandler<RabbitMqEvent, BatchReport>;

/** What a consumer takes from its surroundings. For tests and benchmarks. */
export interface ConsumerSurroundings {
  /** @default process.env */
  readonly environment?: Environment;
  /** @default DynamoDB and the broker, as the environment names them */
  readonly services?: Omit<ConsumerServices, 'logger'>;
}

const defaultConcurrency = 10;

/** Milliseconds that must be left for a report to be worth its time; otherwise it goes with the next batch's. */
const healthReserve = 3000;

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
  const environment = surroundings.environment ?? process.env;
  const logger = new Logger({
    serviceName: environment.POWERTOOLS_SERVICE_NAME || checked.queue,
    persistentKeys: { consumer: checked.queue },
  });
  const metrics = new BatchMetrics(checked.queue, environment);
  // DynamoDB's client takes its time to load: begin while the sandbox starts. Whoever needs it awaits it, and its failure.
  if (checked.claims !== 'none' && !surroundings.services) import('./claim-table.ts').catch(() => {});

  const health = healthReporter(checked.queue, environment);
  let prepared: Promise<[ConsumerDefinition, ConsumerServices]> | undefined;
  const log = new InvocationLog(logger);
  const prepare = async (): Promise<[ConsumerDefinition, ConsumerServices]> => [
    definitionOf(checked, environment),
    withLog(surroundings.services ?? (await openServices(checked, environment, logger)), log),
  ];

  const handle = async (event: RabbitMqEvent, context: Context): Promise<BatchReport> => {
    prepared ??= prepare();
    const [definition, services] = await prepared.catch((error: unknown) => {
      prepared = undefined;
      throw error;
    });
    log.begin(context);
    let report: BatchReport | undefined;
    try {
      return await processBatch(event, definition, services, {
        remainingMilliseconds: context.getRemainingTimeInMillis(),
        owner: `${context.awsRequestId}/${randomUUID()}`,
        onReport: (made) => {
          report = made;
          metrics.publish(made);
        },
      });
    } finally {
      // Also of a batch that has to come back: most of it may have been settled, and is not counted a second time.
      if (health && report) await recordHealth(health, report, context);
    }
  };
  const recordHealth = async (health: HealthReporter, report: BatchReport, context: Context): Promise<void> => {
    const isInHurry = context.getRemainingTimeInMillis() < healthReserve;
    await health.record(report, isInHurry).catch((error: unknown) => {
      logger.warn('how the consumer fares could not be reported', error as Error);
    });
  };
  // The deadline guard does what middy's early timeout would, with more care.
  return middy(handle, { timeoutEarlyInMillis: 0 });
}

/** Undefined where no circuit breaker asks how the consumer fares. */
function healthReporter(consumer: string, environment: Environment): HealthReporter | undefined {
  const tableName = environment[FunctionEnvironment.healthTable];
  if (!tableName) return undefined;
  return new HealthReporter(async () => {
    const { DynamoDbHealthStore } = await import('./health/health-table.ts');
    return new DynamoDbHealthStore(consumer, tableName);
  });
}

/** Most batches log nothing, and giving the logger its context takes longer than handling a small one. */
class InvocationLog {
  readonly #logger: Logger;
  #context: Context | undefined;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  begin(context: Context): void {
    this.#context = context;
  }

  get logger(): Logger {
    if (this.#context) this.#logger.addContext(this.#context);
    this.#context = undefined;
    return this.#logger;
  }
}

const withLog = (services: Omit<ConsumerServices, 'logger'>, log: InvocationLog): ConsumerServices => ({
  ...services,
  get logger() {
    return log.logger;
  },
});

function definitionOf(options: CheckedOptions, environment: Environment): ConsumerDefinition {
  return {
    name: options.queue,
    schema: options.message,
    handle: options.handle as ConsumerDefinition['handle'],
    orderBy: options.orderBy as ConsumerDefinition['orderBy'],
    concurrency: options.concurrency ?? defaultConcurrency,
    maxBodyBytes: options.maxBodyBytes ?? defaultMaxBodyBytes,
    tracer: options.tracer,
    policy: {
      ...retryPolicy(options.retry, environment[FunctionEnvironment.retryPolicy]),
      classify: options.classify,
    },
  };
}
