import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { InvocationWatch } from '../checks/invocations.ts';
import { dynamoDbClient } from '../dynamodb/client.ts';
import type { DynamoDbService } from '../dynamodb/service.ts';
import type { Random } from '../engine/random.ts';
import type { Scheduler } from '../engine/scheduler.ts';
import type { SimulatedProcess } from '../engine/simulated-process.ts';
import type { Story } from '../story.ts';
import type { Killings } from './killings.ts';
import type { Trouble } from './trouble.ts';

export interface DatabaseWorld {
  readonly service: DynamoDbService;
  readonly scheduler: Scheduler;
  readonly trouble: Trouble;
  readonly killings: Killings;
  readonly invocations: InvocationWatch;
  readonly story: Story;
}

/** The client of one process. */
export type OpenDatabase = (
  process: SimulatedProcess,
  random: Random,
  settings?: { readonly maxAttempts?: number; readonly requestTimeout?: number },
) => DynamoDBClient;

/** DynamoDB as processes see it: with the faults of the scenario, and with the death of who asks. */
export const databaseOf =
  ({ service, scheduler, trouble, killings, invocations, story }: DatabaseWorld): OpenDatabase =>
  (process, random, settings = {}) =>
    dynamoDbClient({
      process,
      service,
      scheduler,
      random,
      trouble: ({ operation }) => {
        const fault = trouble.dynamoDb();
        invocations.asked(process, fault === 'denied');
        if (fault === undefined) return undefined;
        story.tell(() => `DynamoDB: ${operation} of ${process.name} is ${fault}.`);
        invocations.disturb(process);
        return fault;
      },
      watcher: {
        asks: (_, { operation }) => killings.asks(process, operation),
        answered: (_, { operation }) => killings.answered(process, operation),
      },
      ...settings,
    });
