import type { ActualBinding } from '../../topology/actual.ts';
import type { ChangeOf, Desired, Kind } from '../../topology/change.ts';
import type { User } from '../../topology/model.ts';
import type { ManagementClient } from './management-client.ts';

type UserUpdate = Extract<ChangeOf<'user'>, { action: 'update' }>;

/** Requests of the management API that create an object or set it anew. All may be repeated. */
export const writers: {
  readonly [K in Exclude<Kind, 'user'>]: (client: ManagementClient, vhost: string, object: Desired<K>) => Promise<void>;
} = {
  vhost: (client, _, { name }) => client.put(['vhosts', name]),
  exchange: (
    client,
    vhost,
    { name, type, durable = true, autoDelete = false, internal = false, arguments: settings = {} },
  ) =>
    client.put(['exchanges', vhost, name], { type, durable, auto_delete: autoDelete, internal, arguments: settings }),
  // Always with the type: RabbitMQ 3 does not know a virtual host's default type.
  queue: (client, vhost, { name, type = 'quorum', durable = true, autoDelete = false, arguments: settings = {} }) =>
    client.put(['queues', vhost, name], {
      durable,
      auto_delete: autoDelete,
      arguments: { ...settings, 'x-queue-type': type },
    }),
  binding: (
    client,
    vhost,
    { source, destination, destinationType = 'queue', routingKey = '', arguments: conditions = {} },
  ) =>
    client.post(['bindings', vhost, 'e', source, destinationType === 'queue' ? 'q' : 'e', destination], {
      routing_key: routingKey,
      arguments: conditions,
    }),
  policy: (client, vhost, { name, pattern, applyTo, priority, definition }) =>
    client.put(['policies', vhost, name], { pattern, 'apply-to': applyTo, priority, definition }),
  permission: (client, vhost, { user, configure, write, read }) =>
    client.put(['permissions', vhost, user], { configure, write, read }),
  topicPermission: (client, vhost, { user, exchange, write, read }) =>
    client.put(['topic-permissions', vhost, user], { exchange, write, read }),
};

/** Tags as one string: also brokers before 3.9 take that. */
const tagList = ({ tags }: User) => tags.join(',');

export function createUser(client: ManagementClient, user: User, password: string): Promise<void> {
  return client.put(['users', user.name], { password, tags: tagList(user) });
}

/** Without a new password the stored one is sent along, because a request without any would leave the user without password. */
export function updateUser(
  client: ManagementClient,
  { desired, actual, differences }: UserUpdate,
  password: string | undefined,
): Promise<void> {
  const credentials =
    password !== undefined && differences.some(({ property }) => property === 'password')
      ? { password }
      : { password_hash: actual.passwordHash, hashing_algorithm: actual.hashingAlgorithm };
  return client.put(['users', desired.name], { ...credentials, tags: tagList(desired) });
}

export function deleteBinding(client: ManagementClient, vhost: string, binding: ActualBinding): Promise<void> {
  const { source, destination, destinationType, propertiesKey } = binding;
  return client.delete([
    'bindings',
    vhost,
    'e',
    source,
    destinationType === 'exchange' ? 'e' : 'q',
    destination,
    propertiesKey,
  ]);
}
