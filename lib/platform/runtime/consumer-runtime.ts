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
import { maxBodyBytesFor } from './decode/body-limit.ts';
import type { RabbitMqEvent } from './decode/event.ts';
import { retryPolicy } from './recover/retry-policy.ts';

const defaultConcurrency = 10;

interface Prepared {
  readonly definition: ConsumerDefinition;
  readonly services: ConsumerServices;
}

/** What one sandbox keeps of a consumer from one invocation to the next. */
export class ConsumerRuntime {
  /** Names this process among the owners of claims. */
  readonly #process = randomUUID();
  readonly #logger: Logger;
  readonly #metrics: BatchMetrics;
  readonly #prepare: () => Promise<Prepared>;
  #prepared: Promise<Prepared> | undefined;
  #invocations = 0;

  /** @param services @default DynamoDB and the broker, as the environment names them */
  constructor(options: CheckedOptions, environment: Environment, services?: ConsumerServices) {
    this.#logger = new Logger({
      serviceName: environment.POWERTOOLS_SERVICE_NAME || options.queue,
      persistentKeys: { consumer: options.queue },
    });
    this.#metrics = new BatchMetrics(options.queue, environment);
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
    return processBatch(event, definition, services, {
      remainingMilliseconds: context.getRemainingTimeInMillis(),
      // Lambda may come twice with one request id.
      owner: `${this.#process}/${context.awsRequestId}/${++this.#invocations}`,
      logger: loggerOf(context, this.#logger),
      onReport: (report) => this.#metrics.publish(report),
    });
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

/** What a consumer does, by its options and what the stack says. */
export function definitionOf(options: CheckedOptions, environment: Environment): ConsumerDefinition {
  return {
    name: options.queue,
    schema: options.message,
    handle: options.handle as ConsumerDefinition['handle'],
    orderBy: options.orderBy as ConsumerDefinition['orderBy'],
    concurrency: options.concurrency ?? defaultConcurrency,
    maxBodyBytes: options.maxBodyBytes ?? maxBodyBytesFor(environment.AWS_LAMBDA_FUNCTION_MEMORY_SIZE),
    tracer: options.tracer,
    policy: {
      ...retryPolicy(options.retry, environment[FunctionEnvironment.retryPolicy]),
      classify: options.classify,
    },
  };
}
