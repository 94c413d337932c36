import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { ConsumerDefinition, ConsumerServices } from '../../../../lib/platform/runtime/batch/batch.ts';
import { DynamoDbEffectTransactions } from '../../../../lib/platform/runtime/batch/effect-transactions.ts';
import { processBatch } from '../../../../lib/platform/runtime/batch/process-batch.ts';
import { DynamoDbClaimStore } from '../../../../lib/platform/runtime/claims/dynamodb-claim-store.ts';
import type { HealthSink } from '../../../../lib/platform/runtime/health/health-reporter.ts';
import { DynamoDbKeyQueueStore } from '../../../../lib/platform/runtime/order/dynamodb-key-queue-store.ts';
import type { MessagePublisher } from '../../../../lib/platform/runtime/publisher.ts';
import type { SimulatedProcess } from '../engine/simulated-process.ts';
import type { Handler } from '../lambda/environment.ts';
import type { ConsumerPlan } from '../scenario/scenario.ts';
import type { Story } from '../story.ts';
import type { Business } from './business.ts';
import { storyLogger } from './story-logger.ts';

export interface FunctionSurroundings {
  readonly process: SimulatedProcess;
  readonly client: DynamoDBClient;
  readonly publisher: MessagePublisher;
  readonly health: HealthSink | undefined;
  readonly random: () => number;
  /** What its author says that it consumes. */
  readonly name: () => string;
  readonly story: Story;
}

/** The real run time of a consumer, in one environment. */
export function consumerFunction(plan: ConsumerPlan, business: Business, surroundings: FunctionSurroundings): Handler {
  const { process, client, publisher, health, random, name, story } = surroundings;
  const definition: ConsumerDefinition = {
    name: plan.name,
    schema: business.schema,
    handle: business.handle as ConsumerDefinition['handle'],
    orderBy: plan.ordered ? (business.orderKey as ConsumerDefinition['orderBy']) : undefined,
    concurrency: plan.concurrency,
    maxBodyBytes: 1_000_000,
    policy: { maxAttempts: plan.maxAttempts, baseDelaySeconds: 1, maxDelaySeconds: plan.maxDelaySeconds },
  };
  const claims = new DynamoDbClaimStore({ client, tableName: 'claims', clock: process.clock, random });
  const effects = new DynamoDbEffectTransactions({ client, tableName: 'claims', clock: process.clock, random });
  const order = new DynamoDbKeyQueueStore({ client, tableName: 'claims', clock: process.clock });
  const services: ConsumerServices = {
    ...(plan.claims ? { claims, effects, order } : { crashes: claims }),
    health,
    publisher: async () => publisher,
    clock: process.clock,
    random,
  };
  const logger = storyLogger(story, process.name);
  const owner = process.name.replaceAll('/', '-');
  let invocations = 0;
  return (event, context) =>
    processBatch(event, { ...definition, name: name() }, services, {
      remainingMilliseconds: context.getRemainingTimeInMillis(),
      owner: `${owner}/${++invocations}`,
      logger: () => logger,
    });
}
