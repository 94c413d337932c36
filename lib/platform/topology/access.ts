import { delayLevels } from '../config/message-limits.ts';
import { withAlternates } from './alternate-users.ts';
import { consumerQueues } from './consumer-queues.ts';
import type { PublishDeclaration, TopologyDeclaration } from './declaration.ts';
import { delayLevelPattern } from './delay-infrastructure.ts';
import { schedulePatterns } from './expand-schedules.ts';
import type { Permission, TopicPermission, Topology, User } from './model.ts';
import { deadLetterExchange, delayLevel } from './names.ts';
import { anchored, escapePattern, exactly, nothing, topicPattern } from './patterns.ts';
import { functionUser, mappingUser, monitoringUser, ownershipTag, publisherUser } from './users.ts';

type Access = Pick<Topology, 'users' | 'permissions' | 'topicPermissions'>;

export interface AccessOptions {
  readonly vhost: string;
  readonly userPrefix?: string;
}

/**
 * Users and the least that each needs, each with an alternate that may do the same. What AMQP asks for: publishing is write on the exchange, consuming
 * is read on the queue, and on a topic exchange a topic permission can limit the routing keys as well. Declaring and binding (configure) is for the
 * administrator alone, who applies the topology.
 */
export function expandAccess(declaration: TopologyDeclaration, { vhost, userPrefix }: AccessOptions): Access {
  const user = (name: string): User => ({ name, tags: [ownershipTag(vhost)] });
  const users: User[] = [];
  const permissions: Permission[] = [];
  const topicPermissions: TopicPermission[] = [];

  for (const [consumer, declared] of Object.entries(declaration.consumers)) {
    const { publishes = [], schedules = [] } = declared;
    const queues = consumerQueues(consumer, declared);
    const mapping = mappingUser(consumer, userPrefix);
    users.push(user(mapping));
    permissions.push({ user: mapping, configure: nothing, write: nothing, read: exactly(...queues) });

    const name = functionUser(consumer, userPrefix);
    const queueTargets = [...queues, ...queuesOf(declaration, schedules)].map(escapePattern);
    const targets = [...queueTargets, ...schedulePatterns(publishes, declaration)];
    users.push(user(name));
    permissions.push({
      user: name,
      configure: nothing,
      write: anchored([escapePattern(deadLetterExchange), delayLevelPattern, ...exchangesOf(publishes)]),
      read: nothing,
    });
    topicPermissions.push(
      // Without this, whoever may write dead letters could write those of every queue.
      { user: name, exchange: deadLetterExchange, write: exactly(...queues), read: nothing },
      ...delaysTo(name, targets),
      ...routingKeysOf(name, publishes, declaration),
    );
  }

  for (const [publisher, { publishes, schedules = [] }] of Object.entries(declaration.publishers)) {
    const name = publisherUser(publisher, userPrefix);
    const targets = [
      ...queuesOf(declaration, schedules).map(escapePattern),
      ...schedulePatterns(publishes, declaration),
    ];
    const delays = targets.length > 0 ? [delayLevelPattern] : [];
    users.push(user(name));
    permissions.push({
      user: name,
      configure: nothing,
      write: anchored([...delays, ...exchangesOf(publishes)]),
      read: nothing,
    });
    if (targets.length > 0) topicPermissions.push(...delaysTo(name, targets));
    topicPermissions.push(...routingKeysOf(name, publishes, declaration));
  }
  const monitoring = monitoringUser(userPrefix);
  users.push({ name: monitoring, tags: [ownershipTag(vhost), 'monitoring'] });
  // Without any permission the vhost would be hidden from it.
  permissions.push({ user: monitoring, configure: nothing, write: nothing, read: nothing });
  return withAlternates({ users, permissions, topicPermissions });
}

function queuesOf(declaration: TopologyDeclaration, consumers: readonly string[]): string[] {
  return consumers.flatMap((consumer) => consumerQueues(consumer, declaration.consumers[consumer] ?? {}));
}

function exchangesOf(publishes: readonly PublishDeclaration[]): string[] {
  return [...new Set(publishes.map(({ exchange }) => escapePattern(exchange)))];
}

/**
 * Without this, whoever may delay a message could send it to any queue.
 * @param targets regular expressions, without anchors, of what may follow the delay
 */
function delaysTo(user: string, targets: readonly string[]): TopicPermission[] {
  const destination = [...new Set(targets)].join('|');
  const write = `^([01]\\.){${delayLevels}}(${destination})$`;
  return Array.from({ length: delayLevels }, (_, level) => ({
    user,
    exchange: delayLevel(level),
    write,
    read: nothing,
  }));
}

function routingKeysOf(
  user: string,
  publishes: readonly PublishDeclaration[],
  { exchanges }: TopologyDeclaration,
): TopicPermission[] {
  const byExchange = Map.groupBy(publishes, ({ exchange }) => exchange);
  return [...byExchange].flatMap(([exchange, grants]): TopicPermission[] => {
    if (exchanges[exchange]?.type !== 'topic' || grants.some(({ routingKeys }) => !routingKeys)) return [];
    const keys = grants.flatMap(({ routingKeys = [] }) => routingKeys);
    return [{ user, exchange, write: anchored(keys.map(topicPattern)), read: nothing }];
  });
}
