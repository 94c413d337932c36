import { FunctionEnvironment } from '../../config/function-environment.ts';
import { writeMetrics } from '../../operations/metric-writer.ts';
import { readBroker } from '../../operations/queue-metrics/broker-sample.ts';
import { measure } from '../../operations/queue-metrics/metric-records.ts';
import { DynamoDbTrackStore } from '../../operations/queue-metrics/track-store.ts';
import { ManagementClient } from '../../operations/topology/management-client.ts';
import { secretCredentials } from '../../runtime/amqp/broker-credentials.ts';
import { createDynamoDbClient } from '../../runtime/claims/dynamodb-client.ts';
import { requiredVariable } from '../../runtime/required-variable.ts';

const dynamoDb = createDynamoDbClient();

/**
 * Once a minute: looks at the broker and writes metrics of its queues and nodes, which Amazon MQ does not publish for RabbitMQ 4. Fails when the
 * broker does not answer; the alarm on missing metrics tells.
 */
export const handler = async (): Promise<void> => {
  const vhost = requiredVariable(FunctionEnvironment.brokerVhost);
  const store = new DynamoDbTrackStore({
    client: dynamoDb,
    tableName: requiredVariable(FunctionEnvironment.queueTrackTable),
  });
  const [credentials, before] = await Promise.all([
    // Read each time: a rotated password is used a minute later.
    secretCredentials(requiredVariable(FunctionEnvironment.brokerSecretArn)).read(),
    store.load(vhost),
  ]);
  const client = new ManagementClient({
    url: requiredVariable(FunctionEnvironment.managementUrl),
    ...credentials,
  });
  const sample = await readBroker(client, vhost).finally(() => client.close());
  const { records, tracks } = measure(sample, before);
  writeMetrics(records, process.env);
  await store.save(vhost, tracks);
};
