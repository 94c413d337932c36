import { BrokerConnection, type ConnectionServices } from '../../runtime/amqp/broker-connection.ts';
import { type Credentials, fixedCredentials } from '../../runtime/amqp/broker-credentials.ts';
import { type ConnectionLog, silentLog } from '../../runtime/amqp/connection-log.ts';
import type { ConnectionSettings } from '../../runtime/amqp/connection-settings.ts';
import { alternateUser } from '../../topology/alternate-users.ts';
import { passwordMatches } from '../../topology/password-hash.ts';
import { ownershipTag } from '../../topology/users.ts';
import type { ManagementClient } from '../topology/management-client.ts';
import { ManagementError } from '../topology/management-error.ts';
import { type RetryOptions, retrying } from '../topology/retry.ts';
import type { RotatedUsers } from './rotate.ts';
import { RotationError } from './rotation-request.ts';

export interface BrokerUsersOptions {
  /** Logged in as an administrator. */
  readonly client: Pick<ManagementClient, 'get' | 'put'>;
  /** Where clients connect to, and the vhost of the users; its credentials are not used. */
  readonly connection: Omit<ConnectionSettings, 'credentials'>;
  readonly retry: RetryOptions;
  /** @default nothing is logged */
  readonly log?: ConnectionLog;
  /** With what it connects. @default amqplib, and the machine's clock */
  readonly services?: Omit<ConnectionServices, 'log'>;
}

interface UserInfo {
  readonly tags: readonly string[];
  readonly password_hash?: string;
  readonly hashing_algorithm?: string;
}

/** Users of a topology on the broker, over its management API. Touches no user that the topology of this vhost did not make. */
export class BrokerUsers implements RotatedUsers {
  readonly #client: Pick<ManagementClient, 'get' | 'put'>;
  readonly #connection: Omit<ConnectionSettings, 'credentials'>;
  readonly #retry: RetryOptions;
  readonly #log: ConnectionLog;
  readonly #services: Omit<ConnectionServices, 'log'>;

  constructor({ client, connection, retry, log = silentLog, services = {} }: BrokerUsersOptions) {
    this.#client = client;
    this.#connection = connection;
    this.#retry = retry;
    this.#log = log;
    this.#services = services;
  }

  async setPassword({ username, password }: Credentials): Promise<void> {
    const { tags, password_hash: hash, hashing_algorithm: algorithm } = await this.#owned(username);
    if (hash !== undefined && algorithm !== undefined && passwordMatches(password, hash, algorithm)) return;
    await this.#warnOfConnections(username);
    // One string: also brokers before 3.9 take that. Without tags the request would be refused, with others the topology would lose the user.
    await retrying(() => this.#client.put(['users', username], { password, tags: tags.join(',') }), this.#retry);
  }

  async checkAlternates(user: string): Promise<void> {
    const [own, others] = await Promise.all([this.#grants(user), this.#grants(alternateUser(user))]);
    if (own !== others)
      throw new RotationError(
        `users ${user} and ${alternateUser(user)} do not have the same permissions: apply the topology, then rotate`,
      );
  }

  async logIn(credentials: Credentials): Promise<void> {
    const connection = new BrokerConnection(
      { ...this.#connection, credentials: fixedCredentials(credentials) },
      { ...this.#services, log: this.#log },
    );
    const ignored = () => undefined;
    try {
      await connection.openChannel({
        acknowledged: ignored,
        refused: ignored,
        returned: ignored,
        drained: ignored,
        unblocked: ignored,
        closed: ignored,
      });
    } finally {
      await connection.close();
    }
  }

  async #owned(username: string): Promise<UserInfo> {
    const tag = ownershipTag(this.#connection.vhost);
    const found = await this.#get<UserInfo & { tags: readonly string[] | string }>(['users', username]);
    const tags = typeof found?.tags === 'string' ? found.tags.split(',') : (found?.tags ?? []);
    if (!found || !tags.includes(tag))
      throw new RotationError(
        `the broker has no user ${username} of this topology (tag ${tag}): apply the topology, then rotate`,
      );
    return { ...found, tags };
  }

  /** All that a user may do on the broker, in an order of its own. */
  async #grants(user: string): Promise<string> {
    const paths = [
      ['users', user, 'permissions'],
      ['users', user, 'topic-permissions'],
    ];
    const answers = await Promise.all(paths.map((path) => this.#get<Record<string, unknown>[]>(path)));
    if (answers.includes(undefined))
      throw new RotationError(`the broker has no user ${user}: apply the topology, then rotate`);
    return JSON.stringify(
      answers.map((grants) =>
        (grants ?? []).map(({ user: _, ...grant }) => JSON.stringify(Object.entries(grant).sort())).sort(),
      ),
    );
  }

  /** They stay, but cannot log in a second time with the password that they know. */
  async #warnOfConnections(username: string): Promise<void> {
    const connections = await retrying(
      () => this.#client.get<{ user?: string }[]>(['vhosts', this.#connection.vhost, 'connections']),
      this.#retry,
    );
    const open = connections.filter(({ user }) => user === username).length;
    if (open > 0)
      this.#log.warn(
        'connections have been open since before the last rotation; they must read the secret again to reconnect',
        {
          username,
          connections: open,
        },
      );
  }

  async #get<T>(path: readonly string[]): Promise<T | undefined> {
    try {
      return await retrying(() => this.#client.get<T>(path), this.#retry);
    } catch (error) {
      if (error instanceof ManagementError && error.status === 404) return undefined;
      throw error;
    }
  }
}
