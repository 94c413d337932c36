import { consumerQueues } from './consumer-queues.ts';
import type { PublishDeclaration, TopologyDeclaration } from './declaration.ts';
import { delayRoute } from './delay.ts';
import {
  deadLetterExchange,
  deadLetterQueue,
  delayDeliveryExchange,
  delayLevel,
  delayParkingExchange,
  delayParkingQueue,
} from './names.ts';
import { topicPattern } from './patterns.ts';
import { scheduleRoute } from './schedule.ts';
import { functionUser, mappingUser, monitoringUser, publisherUser } from './users.ts';

/** One thing that a client could try on the broker. */
export type BrokerAction =
  | { readonly type: 'consume'; readonly queue: string }
  /** On the default exchange (`''`) the routing key is the queue. */
  | { readonly type: 'publish'; readonly exchange: string; readonly routingKey: string }
  | { readonly type: 'bind'; readonly queue: string; readonly exchange: string }
  /** Over the management API. */
  | { readonly type: 'read-statistics' | 'read-users' }
  | { readonly type: 'read-queue' | 'set-policy'; readonly queue: string }
  | { readonly type: 'declare-queue' | 'delete-queue'; readonly queue: string }
  | { readonly type: 'declare-exchange' | 'delete-exchange'; readonly exchange: string };

export interface BrokerOperation {
  /** For people. */
  readonly name: string;
  readonly action: BrokerAction;
  /** Users who need it for what the declaration says; each one's alternate as well. Nobody else may. */
  readonly users: readonly string[];
}

/**
 * What every user could try, with those who must be able to: said by the declaration, without a look at patterns or permissions, so that these can be
 * compared with it. Where an operation is meant for nobody, the administrator does it.
 */
export function brokerOperations(declaration: TopologyDeclaration): BrokerOperation[] {
  const queues = Object.entries(declaration.consumers).flatMap(([consumer, declared]) =>
    consumerQueues(consumer, declared).map((queue) => ({ queue, consumer })),
  );
  return [
    ...queues.flatMap(({ queue, consumer }) => queueOperations(declaration, queue, consumer)),
    ...Object.keys(declaration.exchanges).flatMap((exchange) => exchangeOperations(declaration, exchange)),
    ...infrastructureOperations(queues[0]?.queue ?? 'queue', Object.keys(declaration.exchanges)[0] ?? 'amq.topic'),
  ];
}

function queueOperations(declaration: TopologyDeclaration, queue: string, consumer: string): BrokerOperation[] {
  const publisher = functionUser(consumer);
  const schedulers = [...publishers(declaration)].flatMap(([user, { schedules }]) =>
    schedules.includes(consumer) ? [user] : [],
  );
  return [
    { name: `consume \`${queue}\``, action: { type: 'consume', queue }, users: [mappingUser(consumer)] },
    {
      name: `consume \`${deadLetterQueue(consumer)}\``,
      action: { type: 'consume', queue: deadLetterQueue(consumer) },
      users: [],
    },
    {
      name: `publish straight to \`${queue}\`, past its exchanges`,
      action: { type: 'publish', exchange: '', routingKey: queue },
      users: [],
    },
    {
      name: `hand on a dead letter of \`${queue}\``,
      action: { type: 'publish', exchange: deadLetterExchange, routingKey: queue },
      users: [publisher],
    },
    {
      name: `send to \`${queue}\` with a delay`,
      action: { type: 'publish', ...delayRoute(1, queue) },
      users: [...new Set([publisher, ...schedulers])],
    },
    {
      name: `send to \`${deadLetterQueue(consumer)}\` with a delay`,
      action: { type: 'publish', ...delayRoute(1, deadLetterQueue(consumer)) },
      users: [],
    },
  ];
}

function exchangeOperations(declaration: TopologyDeclaration, exchange: string): BrokerOperation[] {
  const bound = Object.values(declaration.consumers)
    .flatMap(({ bindings }) => bindings)
    .filter((binding) => binding.exchange === exchange && !/[*#]/.test(binding.routingKey ?? ''))
    .map(({ routingKey = '' }) => routingKey);
  return [...new Set([...bound, 'another.type'])].flatMap((routingKey): BrokerOperation[] => {
    const who = (scheduled: boolean): string[] =>
      [...publishers(declaration)].flatMap(([user, { publishes }]) =>
        publishes.some((grant) => permits(declaration, grant, exchange, routingKey) && (!scheduled || grant.scheduled))
          ? [user]
          : [],
      );
    return [
      {
        name: `publish \`${routingKey}\` to \`${exchange}\``,
        action: { type: 'publish', exchange, routingKey },
        users: who(false),
      },
      {
        name: `schedule \`${routingKey}\` for \`${exchange}\``,
        action: { type: 'publish', ...scheduleRoute(1, exchange, routingKey) },
        users: who(true),
      },
    ];
  });
}

/** What belongs to the administrator alone. */
function infrastructureOperations(queue: string, exchange: string): BrokerOperation[] {
  const publish = (to: string): BrokerOperation => ({
    name: `publish to \`${to}\``,
    action: { type: 'publish', exchange: to, routingKey: delayRoute(1, queue).routingKey },
    users: [],
  });
  const administration: readonly [string, BrokerAction][] = [
    ['declare a queue', { type: 'declare-queue', queue: 'mine' }],
    ['declare an exchange', { type: 'declare-exchange', exchange: 'mine' }],
    [`bind \`${queue}\` to \`${exchange}\` for everything`, { type: 'bind', queue, exchange }],
    [`delete the queue \`${queue}\``, { type: 'delete-queue', queue }],
    [`delete the exchange \`${exchange}\``, { type: 'delete-exchange', exchange }],
    [`read messages of \`${queue}\` over the management API`, { type: 'read-queue', queue }],
    [`set a policy for \`${queue}\` over the management API`, { type: 'set-policy', queue }],
    ['read users over the management API', { type: 'read-users' }],
  ];
  return [
    ...[delayLevel(0), delayParkingQueue].map(
      (name): BrokerOperation => ({ name: `consume \`${name}\``, action: { type: 'consume', queue: name }, users: [] }),
    ),
    ...[delayDeliveryExchange, delayParkingExchange, 'amq.topic'].map(publish),
    {
      name: 'read statistics from the management API',
      action: { type: 'read-statistics' },
      users: [monitoringUser()],
    },
    ...administration.map(([name, action]): BrokerOperation => ({ name, action, users: [] })),
  ];
}

interface Publishing {
  readonly publishes: readonly PublishDeclaration[];
  readonly schedules: readonly string[];
}

function publishers({ consumers, publishers: others }: TopologyDeclaration): Map<string, Publishing> {
  const entries = (named: Readonly<Record<string, Partial<Publishing>>>, user: (name: string) => string) =>
    Object.entries(named).map(([name, { publishes = [], schedules = [] }]): [string, Publishing] => [
      user(name),
      { publishes, schedules },
    ]);
  return new Map([...entries(consumers, functionUser), ...entries(others, publisherUser)]);
}

function permits(
  { exchanges }: TopologyDeclaration,
  { exchange, routingKeys }: PublishDeclaration,
  to: string,
  routingKey: string,
): boolean {
  if (exchange !== to) return false;
  if (!routingKeys || exchanges[exchange]?.type !== 'topic') return true;
  return routingKeys.some((pattern) => new RegExp(`^${topicPattern(pattern)}$`).test(routingKey));
}
