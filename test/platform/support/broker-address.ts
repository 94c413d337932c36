import type { RunningBroker } from '../../../lib/platform/local/broker/running-broker.ts';

/** How to reach a broker: what the runner hands to the test files in TEST_BROKERS (a JSON array; the first is used). */
export type BrokerAddress = Pick<
  RunningBroker,
  'version' | 'pid' | 'host' | 'amqpsPort' | 'amqpPort' | 'managementPort' | 'managementHttpPort' | 'caFile' | 'admin'
>;

/** Without what only the owner may do with it. */
export function addressOf(broker: BrokerAddress): BrokerAddress {
  const { version, pid, host, amqpsPort, amqpPort, managementPort, managementHttpPort, caFile, admin } = broker;
  return { version, pid, host, amqpsPort, amqpPort, managementPort, managementHttpPort, caFile, admin };
}
