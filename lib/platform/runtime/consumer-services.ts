import type { Logger } from '@aws-lambda-powertools/logger';
import { FunctionEnvironment } from '../config/function-environment.ts';
import { systemClock } from '../time/clock.ts';
import type { ConsumerServices } from './batch/batch.ts';
import type { CheckedOptions } from './check-options.ts';
import { HealthReporter, type HealthSink } from './health/health-reporter.ts';
import { requiredVariable } from './required-variable.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

const brokerVariables = [
  FunctionEnvironment.brokerEndpoints,
  FunctionEnvironment.brokerSecretArn,
  FunctionEnvironment.brokerVhost,
];

/**
 * The services of a deployed consumer. The broker's client is loaded, and its connection opened, when the first copy has to be
 * published, or may soon have to be; most invocations need neither.
 *
 * @throws ConfigurationError that names the environment variable that is missing
 */
export async function openServices(
  options: CheckedOptions,
  environment: Environment,
  logger: Logger,
): Promise<ConsumerServices> {
  // Otherwise a missing setting would show at the first failure only, when it is too late to handle that well.
  for (const name of brokerVariables)
    requiredVariable(name, 'the consumer needs it to publish copies of messages that fail', environment);
  const isClaiming = options.claims !== 'none';
  const tableName = isClaiming
    ? requiredVariable(FunctionEnvironment.claimTable, claimPurpose, environment)
    : environment[FunctionEnvironment.claimTable];
  const table = tableName ? (await import('./claim-table.ts')).openClaimTable(tableName) : undefined;
  const bucket = environment[FunctionEnvironment.claimCheckBucket];
  return {
    ...(isClaiming ? table : table && { crashes: table.claims }),
    ...(bucket && {
      claimChecks: once(async () =>
        (await import('./claim-check/s3-claim-check-store.ts')).openClaimCheckBucket(bucket),
      ),
    }),
    health: openHealth(options.queue, environment),
    publisher: once(async () => (await import('./copy-publisher.ts')).openCopyPublisher(environment, logger)),
    clock: systemClock,
    random: Math.random,
  };
}

/** Undefined where no circuit breaker asks. */
function openHealth(consumer: string, environment: Environment): HealthSink | undefined {
  const tableName = environment[FunctionEnvironment.healthTable];
  if (!tableName) return undefined;
  const store = once(async () => {
    const { DynamoDbHealthStore } = await import('./health/dynamodb-health-store.ts');
    return new DynamoDbHealthStore(consumer, tableName);
  });
  return new HealthReporter(store, systemClock);
}

const claimPurpose =
  "the consumer needs it to recognise duplicates; a consumer that needs no claims says so with claims: 'none'";

/** Opens once; tries again after a failure. */
function once<Opened>(open: () => Promise<Opened>): () => Promise<Opened> {
  let opened: Promise<Opened> | undefined;
  return async () => {
    opened ??= open();
    try {
      return await opened;
    } catch (error) {
      opened = undefined;
      throw error;
    }
  };
}
