import type { Binding, Exchange, Permission, Policy, Queue, TopicPermission, User } from './model.ts';

/** What a broker has, as far as a topology concerns it. Built-in exchanges and the default exchange's bindings are left out. */
export interface ActualTopology {
  readonly vhosts: readonly { readonly name: string }[];
  readonly exchanges: readonly Exchange[];
  readonly queues: readonly ActualQueue[];
  readonly bindings: readonly ActualBinding[];
  readonly policies: readonly Policy[];
  /** All users of the broker. */
  readonly users: readonly ActualUser[];
  readonly permissions: readonly Permission[];
  readonly topicPermissions: readonly TopicPermission[];
}

export interface ActualQueue extends Omit<Queue, 'type'> {
  /** Other types than a topology can declare exist: `stream`. */
  readonly type: string;
  /** Belongs to a connection and goes with it. */
  readonly exclusive: boolean;
  /** From the broker's statistics, which are up to 6 seconds old. Absent where it has none yet. */
  readonly messages?: number;
}

export interface ActualBinding extends Binding {
  /** The broker's key for deleting this binding. */
  readonly propertiesKey: string;
}

export interface ActualUser extends User {
  /** Base64 of salt and digest; absent where the broker doesn't say. */
  readonly passwordHash?: string;
  /** For example `rabbit_password_hashing_sha256`. */
  readonly hashingAlgorithm?: string;
}
