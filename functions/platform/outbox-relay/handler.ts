import { Logger } from '@aws-lambda-powertools/logger';
import { FunctionEnvironment } from '../../../lib/config/function-environment.ts';
import { createPublisher } from '../../../lib/messaging/amqp/amqp-publisher.ts';
import { connectionSettings } from '../../../lib/messaging/amqp/connection-settings.ts';
import { createDynamoDbClient } from '../../../lib/messaging/claims/dynamodb-client.ts';
import { DynamoDbOutboxStore } from '../../../lib/messaging/outbox/dynamodb-outbox-store.ts';
import { maximumItemBytes } from '../../../lib/messaging/outbox/item-size.ts';
import { type RelayServices, relayHandler } from '../../../lib/messaging/outbox/relay-handler.ts';
import { RelayMetrics } from '../../../lib/messaging/outbox/relay-metrics.ts';
import { requiredVariable } from '../../../lib/messaging/required-variable.ts';

const logger = new Logger({ serviceName: 'outbox-relay' });

function openServices(): RelayServices {
  const tableName = requiredVariable(FunctionEnvironment.outboxTable, 'it names the outbox table');
  const metrics = new RelayMetrics(process.env);
  return {
    store: new DynamoDbOutboxStore({ client: createDynamoDbClient(), tableName }),
    publisher: createPublisher(connectionSettings(), { log: logger, maximumBodyBytes: maximumItemBytes }),
    logger,
    now: Date.now,
    onReport: (report, backlog) => metrics.publish(report, backlog, Date.now()),
  };
}
let services: RelayServices | undefined;

/** Publishes what waits in the outbox. Invoked by the table's stream and by a schedule. */
export const handler = relayHandler(() => {
  services ??= openServices();
  return services;
});
