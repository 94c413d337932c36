import type { BrokerConfigurationSettings } from './broker-settings.ts';

/** The lines of RabbitMQ's configuration file that Amazon MQ accepts for these settings. */
export const configurationLines = (settings: BrokerConfigurationSettings): readonly string[] =>
  Object.entries({
    consumer_timeout: settings.consumerTimeoutMilliseconds,
    heartbeat: settings.heartbeatSeconds,
    max_message_size: settings.maxMessageSizeBytes,
    connection_max: settings.maxConnectionsPerNode,
    channel_max_per_node: settings.maxChannelsPerNode,
    consumer_max_per_channel: settings.maxConsumersPerChannel,
    cluster_queue_limit: settings.maxQueues,
    cluster_exchange_limit: settings.maxExchanges,
    vhost_max: settings.maxVhosts,
    'quorum_queue.property_equivalence.relaxed_checks_on_redeclaration': settings.relaxedRedeclaration,
    'management.restrictions.operator_policy_changes.disabled': settings.operatorPoliciesLocked,
    'secure.management.http.headers.enabled': settings.secureManagementHeaders,
  }).flatMap(([key, value]) => (value === undefined ? [] : [`${key} = ${value}`]));
