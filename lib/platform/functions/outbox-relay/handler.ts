import { Logger } from '@aws-lambda-powertools/logger';
import { FunctionEnvironment } from '../../config/function-environment.ts';
import { createPublisher } from '../../runtime/amqp/amqp-publisher.ts';
import { connectionSettings } from '../../runtime/amqp/connection-settings.ts';
import { createDynamoDbClient } from '../../runtime/claims/dynamodb-client.ts';
import { DynamoDbOutboxStore } from '../../runtime/outbox/dynamodb-outbox-store.ts';
import { maximumItemBytes } from '../../runtime/outbox/item-size.ts';
import { type RelayHandlerServices, relayHandler } from '../../runtime/outbox/relay-handler.ts';
import { RelayMetrics } from '../../runtime/outbox/relay-metrics.ts';
import { requiredVariable } from '../../runtime/required-variable.ts';

const log = new Logger({ serviceName: 'outbox-relay' });

function openServices(): RelayHandlerServices {
  const tableName = requiredVariable(FunctionEnvironment.outboxTable, 'it names the outbox table');
  const metrics = new RelayMetrics(process.env);
  return {
    store: new DynamoDbOutboxStore({ client: createDynamoDbClient(), tableName }),
    publisher: createPublisher(connectionSettings(), { log, maximumBodyBytes: maximumItemBytes }),
    log,
    now: Date.now,
    onReport: (report, backlog) => metrics.publish(report, backlog, Date.now()),
  };
}
let services: RelayHandlerServices | undefined;

/** Publishes what waits in the outbox. Invoked by the table's stream and by a schedule. */
export const handler = relayHandler(() => {
  services ??= openServices();
  return services;
});
