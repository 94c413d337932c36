import { Logger } from '@aws-lambda-powertools/logger';
import { LambdaClient } from '@aws-sdk/client-lambda';
import type { ControlledConsumers } from '../../../lib/config/circuit-breaker-settings.ts';
import { FunctionEnvironment } from '../../../lib/config/function-environment.ts';
import { createDynamoDbClient } from '../../../lib/messaging/claims/dynamodb-client.ts';
import { requiredVariable } from '../../../lib/messaging/required-variable.ts';
import { DynamoDbCircuitStore } from '../../../lib/operations/circuit/circuit-store.ts';
import {
  type ConsumerStatus,
  type ControlServices,
  consumerStatus,
  lookAfterConsumers,
  order,
  statusRecords,
} from '../../../lib/operations/circuit/control-consumers.ts';
import { DynamoDbHealthSource } from '../../../lib/operations/circuit/health-source.ts';
import { LambdaMappingControl } from '../../../lib/operations/circuit/mapping-control.ts';
import { writeMetrics } from '../../../lib/operations/metric-writer.ts';
import { parseRequest } from './request.ts';

const logger = new Logger({ serviceName: 'consumer-control' });
const client = createDynamoDbClient();
const mappings = new LambdaMappingControl(new LambdaClient({ maxAttempts: 3 }));

/**
 * Once a minute: looks after the circuits of all consumers and writes metrics of how they and their mappings stand. In between: does what an operator
 * asks for, see `request.ts`.
 */
export const handler = async (event: unknown): Promise<readonly ConsumerStatus[]> => {
  const consumers = JSON.parse(requiredVariable(FunctionEnvironment.controlledConsumers)) as ControlledConsumers;
  const services: ControlServices = {
    circuits: new DynamoDbCircuitStore({ client, tableName: requiredVariable(FunctionEnvironment.circuitTable) }),
    health: new DynamoDbHealthSource({ client, tableName: requiredVariable(FunctionEnvironment.healthTable) }),
    mappings,
    now: Date.now,
    log: (message, details) => logger.info(message, details),
  };
  const request = parseRequest(event);
  if (request.action === 'status')
    return Promise.all(
      (request.consumer === undefined ? Object.keys(consumers.mappings) : [request.consumer]).map((consumer) =>
        consumerStatus(consumer, consumers, services),
      ),
    );
  if (request.action !== 'look') return [await order(request, consumers, services)];
  const statuses = await lookAfterConsumers(consumers, services);
  writeMetrics(statusRecords(statuses), process.env);
  return statuses;
};
