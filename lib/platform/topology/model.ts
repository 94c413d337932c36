/**
 * The broker's objects, in the vocabulary of RabbitMQ's messaging-topology-operator. One topology is one virtual host.
 * `expandTopology` derives it from the declaration; plan, apply and diagram work on nothing else.
 */

/** Scalars, and what JSON makes of the nested tables that a few plugins take. */
export type ArgumentValue =
  | string
  | number
  | boolean
  | readonly ArgumentValue[]
  | { readonly [name: string]: ArgumentValue };
export type Arguments = Readonly<Record<string, ArgumentValue>>;

export const exchangeTypes = ['direct', 'topic', 'fanout', 'headers', 'x-consistent-hash'] as const;
export type ExchangeType = (typeof exchangeTypes)[number];

export interface Vhost {
  readonly name: string;
}

export interface Exchange {
  readonly name: string;
  readonly type: ExchangeType;
  /** @default true */
  readonly durable?: boolean;
  /** @default false */
  readonly autoDelete?: boolean;
  /** Clients can't publish to an internal exchange; bindings and dead-lettering can lead to it. @default false */
  readonly internal?: boolean;
  readonly arguments?: Arguments;
}

export interface Queue {
  readonly name: string;
  /** @default 'quorum' */
  readonly type?: 'quorum' | 'classic';
  /** @default true */
  readonly durable?: boolean;
  /** @default false */
  readonly autoDelete?: boolean;
  /** Fixed for the life of the queue. Everything that may ever change belongs in a `Policy`. */
  readonly arguments?: Arguments;
}

export interface Binding {
  /** Name of an exchange. */
  readonly source: string;
  /** Name of a queue or, with `destinationType` 'exchange', of an exchange. */
  readonly destination: string;
  /** @default 'queue' */
  readonly destinationType?: 'queue' | 'exchange';
  /** At most 255 bytes. For a consistent hash exchange the weight, as a decimal string. @default '' */
  readonly routingKey?: string;
  /** What a headers exchange matches, with `x-match`. */
  readonly arguments?: Arguments;
}

export type PolicyTarget = 'queues' | 'exchanges' | 'all' | 'quorum_queues' | 'classic_queues';

/** Of all policies that match a queue or exchange, only the one with the highest priority applies. */
export interface Policy {
  readonly name: string;
  /** Regular expression, matched anywhere in the name unless anchored. */
  readonly pattern: string;
  readonly applyTo: PolicyTarget;
  /** Higher wins. Amazon MQ's own defaults have 0 and 1. */
  readonly priority: number;
  readonly definition: Arguments;
}

/** Users are global to a broker. The password is never part of a topology. */
export interface User {
  readonly name: string;
  readonly tags: readonly string[];
  /** User with which this one takes turns in a secret. Until its first turn nobody knows its password. @default it has a secret's first turn */
  readonly alternateOf?: string;
}

/** Regular expressions over the names of exchanges and queues; `^$` permits nothing. */
export interface Permission {
  readonly user: string;
  readonly configure: string;
  readonly write: string;
  readonly read: string;
}

/** Narrows, on one topic exchange, the routing keys that a user with permission on the exchange may use. */
export interface TopicPermission {
  readonly user: string;
  readonly exchange: string;
  readonly write: string;
  readonly read: string;
}

export interface Topology {
  readonly vhost: Vhost;
  readonly exchanges: readonly Exchange[];
  readonly queues: readonly Queue[];
  readonly bindings: readonly Binding[];
  readonly policies: readonly Policy[];
  readonly users: readonly User[];
  readonly permissions: readonly Permission[];
  readonly topicPermissions: readonly TopicPermission[];
}
