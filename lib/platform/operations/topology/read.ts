import type { ActualTopology } from '../../topology/actual.ts';
import type { Arguments, ExchangeType, PolicyTarget } from '../../topology/model.ts';
import type { ManagementClient } from './management-client.ts';

/** Answers of RabbitMQ 3.10 to 4.3, the fields that we use. */
interface ExchangeInfo {
  name: string;
  type: ExchangeType;
  durable: boolean;
  auto_delete: boolean;
  internal: boolean;
  arguments: Arguments;
}
interface QueueInfo {
  name: string;
  type?: string;
  durable: boolean;
  auto_delete: boolean;
  exclusive: boolean | null;
  arguments: Arguments;
  messages?: number;
}
interface BindingInfo {
  source: string;
  destination: string;
  destination_type: 'queue' | 'exchange';
  routing_key: string;
  arguments: Arguments;
  properties_key: string;
}
interface PolicyInfo {
  name: string;
  pattern: string;
  'apply-to': PolicyTarget;
  priority: number;
  definition: Arguments;
}
/** Tags were one comma-separated string before RabbitMQ 3.9. */
interface UserInfo {
  name: string;
  tags: readonly string[] | string;
  password_hash?: string;
  hashing_algorithm?: string;
}
interface PermissionInfo {
  user: string;
  configure: string;
  write: string;
  read: string;
}
interface TopicPermissionInfo {
  user: string;
  exchange: string;
  write: string;
  read: string;
}

/** Reads what the broker has in `vhost`, and its users. A virtual host that doesn't exist has nothing. */
export async function readTopology(client: ManagementClient, vhost: string): Promise<ActualTopology> {
  const [vhosts, users] = await Promise.all([
    client.get<{ name: string }[]>(['vhosts']),
    client.get<UserInfo[]>(['users']),
  ]);
  const contents = vhosts.some(({ name }) => name === vhost) ? await readContents(client, vhost) : nothing;
  return {
    vhosts: vhosts.map(({ name }) => ({ name })),
    users: users.map(({ name, tags, password_hash: passwordHash, hashing_algorithm: hashingAlgorithm }) => ({
      name,
      tags: typeof tags === 'string' ? tags.split(',').filter((tag) => tag !== '') : tags,
      ...(passwordHash === undefined ? {} : { passwordHash }),
      ...(hashingAlgorithm === undefined ? {} : { hashingAlgorithm }),
    })),
    ...contents,
  };
}

type Contents = Omit<ActualTopology, 'vhosts' | 'users'>;

const nothing: Contents = {
  exchanges: [],
  queues: [],
  bindings: [],
  policies: [],
  permissions: [],
  topicPermissions: [],
};

async function readContents(client: ManagementClient, vhost: string): Promise<Contents> {
  const [exchanges, queues, bindings, policies, permissions, topicPermissions] = await Promise.all([
    client.get<ExchangeInfo[]>(['exchanges', vhost]),
    // Totals without the other statistics, which cost the broker much where queues are many.
    client.get<QueueInfo[]>(['queues', vhost], { disable_stats: 'true', enable_queue_totals: 'true' }),
    client.get<BindingInfo[]>(['bindings', vhost]),
    client.get<PolicyInfo[]>(['policies', vhost]),
    client.get<PermissionInfo[]>(['vhosts', vhost, 'permissions']),
    client.get<TopicPermissionInfo[]>(['vhosts', vhost, 'topic-permissions']),
  ]);
  return {
    exchanges: exchanges
      .filter(({ name }) => name !== '' && !name.startsWith('amq.'))
      .map(({ name, type, durable, auto_delete: autoDelete, internal, arguments: settings }) => ({
        name,
        type,
        durable,
        autoDelete,
        internal,
        arguments: settings,
      })),
    queues: queues.map(
      ({ name, type, durable, auto_delete: autoDelete, exclusive, arguments: settings, messages }) => ({
        name,
        type: type ?? String(settings['x-queue-type'] ?? 'classic'),
        durable,
        autoDelete,
        exclusive: exclusive === true,
        arguments: settings,
        ...(messages === undefined ? {} : { messages }),
      }),
    ),
    bindings: bindings
      .filter(({ source }) => source !== '')
      .map(
        ({
          source,
          destination,
          destination_type: destinationType,
          routing_key: routingKey,
          arguments: conditions,
          properties_key: propertiesKey,
        }) => ({
          source,
          destination,
          destinationType,
          routingKey,
          arguments: conditions,
          propertiesKey,
        }),
      ),
    policies: policies.map(({ name, pattern, 'apply-to': applyTo, priority, definition }) => ({
      name,
      pattern,
      applyTo,
      priority,
      definition,
    })),
    permissions: permissions.map(({ user, configure, write, read }) => ({ user, configure, write, read })),
    topicPermissions: topicPermissions.map(({ user, exchange, write, read }) => ({ user, exchange, write, read })),
  };
}
