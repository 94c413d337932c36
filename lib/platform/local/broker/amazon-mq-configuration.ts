import { AssemblyError } from '../assembly/template.ts';

/** Keys of a broker configuration that mean the same to every RabbitMQ that may run here. */
const knownKeys = ['consumer_timeout', 'heartbeat', 'max_message_size', 'channel_max', 'connection_max'];

/**
 * Keys of Amazon MQ that RabbitMQ of this machine does not have in every version. They limit what is far from being reached here, or concern
 * those who administer the broker.
 */
const passiveKeys = [
  'channel_max_per_node',
  'cluster_exchange_limit',
  'cluster_queue_limit',
  'consumer_max_per_channel',
  'management.restrictions.operator_policy_changes.disabled',
  'quorum_queue.property_equivalence.relaxed_checks_on_redeclaration',
  'secure.management.http.headers.enabled',
  'vhost_max',
];

/**
 * Keys of rabbitmq.conf that mean the same here as on Amazon MQ.
 * @param lines of a broker's configuration
 * @param owner for messages
 * @throws AssemblyError for lines that are not of the format, and keys that would have no effect
 */
export const configurationSettings = (lines: readonly string[], owner: string): Readonly<Record<string, string>> => {
  const settings: Record<string, string> = {};
  for (const line of lines) {
    if (/^\s*(#.*)?$/.test(line)) continue;
    const [, key, value] = /^\s*([\w.]+)\s*=\s*(\S.*?)\s*$/.exec(line) ?? [];
    if (!key || !value) throw new AssemblyError(`${owner}: "${line}" is no line of RabbitMQ's configuration format`);
    if (passiveKeys.includes(key)) continue;
    if (!knownKeys.includes(key))
      throw new AssemblyError(`${owner}: ${key} is not supported on this machine; ${knownKeys.join(', ')} are`);
    settings[key] = value;
  }
  return settings;
};
