import { randomUUID } from 'node:crypto';
import { Logger } from '@aws-lambda-powertools/logger';
import type { Context } from 'aws-lambda';
import { FunctionEnvironment } from '../config/function-environment.ts';
import type { ConsumerDefinition, ConsumerServices } from './batch/batch.ts';
import { processBatch } from './batch/process-batch.ts';
import type { BatchReport } from './batch/report.ts';
import { BatchMetrics } from './batch-metrics.ts';
import type { CheckedOptions } from './check-options.ts';
import { type Environment, openServices } from './consumer-services.ts';
import { defaultMaxBodyBytes } from './decode/body.ts';
import type { RabbitMqEvent } from './decode/event.ts';
import { HealthReporter } from './health/health-reporter.ts';
import { retryPolicy } from './recover/retry-policy.ts';

const defaultConcurrency = 10;

/** Milliseconds that must be left for a report to be worth its time; otherwise it goes with the next batch's. */
const healthReserve = 3000;

interface Prepared {
  readonly definition: ConsumerDefinition;
  readonly services: ConsumerServices;
}

/** What one sandbox keeps of a consumer from one invocation to the next. */
export class ConsumerRuntime {
  readonly #logger: Logger;
  readonly #metrics: BatchMetrics;
  readonly #health: HealthReporter | undefined;
  readonly #prepare: () => Promise<Prepared>;
  #prepared: Promise<Prepared> | undefined;

  /** @param services @default DynamoDB and the broker, as the environment names them */
  constructor(options: CheckedOptions, environment: Environment, services?: ConsumerServices) {
    this.#logger = new Logger({
      serviceName: environment.POWERTOOLS_SERVICE_NAME || options.queue,
      persistentKeys: { consumer: options.queue },
    });
    this.#metrics = new BatchMetrics(options.queue, environment);
    this.#health = healthReporter(options.queue, environment);
    this.#prepare = async () => ({
      definition: definitionOf(options, environment),
      services: services ?? (await openServices(options, environment, this.#logger)),
    });
  }

  async handle(event: RabbitMqEvent, context: Context): Promise<BatchReport> {
    this.#prepared ??= this.#prepare().catch((error: unknown) => {
      this.#prepared = undefined;
      throw error;
    });
    const { definition, services } = await this.#prepared;
    let report: BatchReport | undefined;
    try {
      return await processBatch(event, definition, services, {
        remainingMilliseconds: context.getRemainingTimeInMillis(),
        owner: `${context.awsRequestId}/${randomUUID()}`,
        logger: loggerOf(context, this.#logger),
        onReport: (made) => {
          report = made;
          this.#metrics.publish(made);
        },
      });
    } finally {
      // Also of a batch that has to come back: most of it may have been settled, and is not counted a second time.
      if (report && this.#health) await this.#reportHealth(this.#health, report, context);
    }
  }

  async #reportHealth(health: HealthReporter, report: BatchReport, context: Context): Promise<void> {
    const isInHurry = context.getRemainingTimeInMillis() < healthReserve;
    try {
      await health.record(report, isInHurry);
    } catch (error) {
      this.#logger.warn('how the consumer fares could not be reported', error as Error);
    }
  }
}

/** Most batches log nothing, and giving the logger its context takes longer than handling a small one. */
function loggerOf(context: Context, logger: Logger): () => Logger {
  let hasContext = false;
  return () => {
    if (!hasContext) logger.addContext(context);
    hasContext = true;
    return logger;
  };
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
