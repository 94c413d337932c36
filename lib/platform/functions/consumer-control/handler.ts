import { Logger } from '@aws-lambda-powertools/logger';
import { LambdaClient } from '@aws-sdk/client-lambda';
import type { Context } from 'aws-lambda';
import type { ControlledConsumers } from '../../config/circuit-breaker-settings.ts';
import { FunctionEnvironment } from '../../config/function-environment.ts';
import { DynamoDbCircuitStore } from '../../operations/circuit/circuit-store.ts';
import {
  type ConsumerStatus,
  type ControlServices,
  consumerStatuses,
  lookAfterConsumers,
  order,
  statusRecords,
} from '../../operations/circuit/control-consumers.ts';
import { DynamoDbHealthSource } from '../../operations/circuit/health-source.ts';
import { LambdaMappingControl } from '../../operations/circuit/mapping-control.ts';
import { noteDisabled } from '../../operations/circuit/note-disabled.ts';
import { writeMetrics } from '../../operations/metric-writer.ts';
import { createDynamoDbClient } from '../../runtime/claims/dynamodb-client.ts';
import { requiredVariable } from '../../runtime/required-variable.ts';
import { systemClock } from '../../time/clock.ts';
import { readConfiguration } from '../read-configuration.ts';
import { parseRequest } from './request.ts';

const logger = new Logger({ serviceName: 'consumer-control' });
const client = createDynamoDbClient();
const lambda = new LambdaClient({ maxAttempts: 3 });

/** Kept of the function's time to write down what was seen in it, in milliseconds. */
const reserve = 10_000;

/**
 * Once a minute: looks after the circuits of all consumers and writes metrics of how they and their mappings stand. In between: does what an operator
 * asks for, see `request.ts`.
 */
export const handler = async (
  event: unknown,
  context: Pick<Context, 'getRemainingTimeInMillis'>,
): Promise<readonly ConsumerStatus[]> => {
  const consumers = readConfiguration() as ControlledConsumers;
  const services: ControlServices = {
    circuits: new DynamoDbCircuitStore({ client, tableName: requiredVariable(FunctionEnvironment.circuitTable) }),
    health: new DynamoDbHealthSource({ client, tableName: requiredVariable(FunctionEnvironment.healthTable) }),
    mappings: new LambdaMappingControl({
      client: lambda,
      brokerArn: requiredVariable(FunctionEnvironment.brokerArn),
      vhost: requiredVariable(FunctionEnvironment.brokerVhost),
    }),
    clock: systemClock,
    log: (message, details) => logger.info(message, details),
  };
  const request = parseRequest(event);
  if (request.action === 'status') return consumerStatuses(request.consumer, consumers, services);
  if (request.action !== 'look') return [await order(request, consumers, services)];
  const statuses = await lookAfterConsumers(consumers, services);
  writeMetrics(statusRecords(statuses), process.env);
  const until = systemClock.now() + context.getRemainingTimeInMillis() - reserve;
  await noteDisabled(Object.keys(consumers.queues), services, until);
  return statuses;
};
