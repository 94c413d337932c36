import { describe, expect, it } from '@jest/globals';
import { configurationLines } from '../../../lib/platform/config/broker-configuration.ts';

describe("the broker's configuration", () => {
  it('has the keys of RabbitMQ', () => {
    const settings = {
      consumerTimeoutMilliseconds: 1_800_000,
      heartbeatSeconds: 60,
      maxMessageSizeBytes: 1_048_576,
    };
    expect(configurationLines(settings)).toEqual([
      'consumer_timeout = 1800000',
      'heartbeat = 60',
      'max_message_size = 1048576',
    ]);
  });

  it('has the resource limits under the names of Amazon MQ', () => {
    const settings = {
      maxConnectionsPerNode: 300,
      maxChannelsPerNode: 900,
      maxConsumersPerChannel: 20,
      maxQueues: 600,
      maxExchanges: 700,
      maxVhosts: 8,
      relaxedRedeclaration: false,
      operatorPoliciesLocked: true,
      secureManagementHeaders: true,
    };
    expect(configurationLines(settings)).toEqual([
      'connection_max = 300',
      'channel_max_per_node = 900',
      'consumer_max_per_channel = 20',
      'cluster_queue_limit = 600',
      'cluster_exchange_limit = 700',
      'vhost_max = 8',
      'quorum_queue.property_equivalence.relaxed_checks_on_redeclaration = false',
      'management.restrictions.operator_policy_changes.disabled = true',
      'secure.management.http.headers.enabled = true',
    ]);
  });

  it("leaves Amazon MQ's default where nothing is said, and takes 0 at its word", () => {
    expect(configurationLines({})).toEqual([]);
    expect(configurationLines({ consumerTimeoutMilliseconds: 0 })).toEqual(['consumer_timeout = 0']);
  });
});
