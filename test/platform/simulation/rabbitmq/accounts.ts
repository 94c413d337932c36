import { createHash } from 'node:crypto';
import { ManagementError } from '../../../../lib/platform/operations/topology/management-error.ts';
import type { Credentials } from '../../../../lib/platform/runtime/amqp/broker-credentials.ts';
import type { Topology } from '../../../../lib/platform/topology/model.ts';
import { ownershipTag } from '../../../../lib/platform/topology/users.ts';

const salt = Buffer.from('salt');
const hashOf = (password: string): string =>
  Buffer.concat([salt, createHash('sha256').update(salt).update(password).digest()]).toString('base64');

/** The broker's users, as its management API shows and changes them. */
export class Accounts {
  readonly #topology: Topology;
  readonly #hashes = new Map<string, string>();

  constructor(topology: Topology) {
    this.#topology = topology;
    for (const { name } of topology.users) this.#hashes.set(name, hashOf(`first of ${name}`));
  }

  permits({ username, password }: Credentials): boolean {
    return this.#hashes.get(username) === hashOf(password);
  }

  /** @throws ManagementError as the API's client does */
  get(path: readonly string[]): unknown {
    const [kind, name = '', part] = path;
    if (kind === 'vhosts' && part === 'connections') return [];
    const { permissions, topicPermissions, users } = this.#topology;
    const user = users.find((known) => known.name === name);
    if (kind !== 'users' || !user)
      throw new ManagementError(`GET /${path.join('/')}`, { status: 404, reason: 'Not Found', retryable: false });
    if (part === 'permissions') return permissions.filter((grant) => grant.user === name);
    if (part === 'topic-permissions') return topicPermissions.filter((grant) => grant.user === name);
    return {
      tags: [...user.tags, ownershipTag('/')],
      password_hash: this.#hashes.get(name),
      hashing_algorithm: 'rabbit_password_hashing_sha256',
    };
  }

  put([kind, name = '']: readonly string[], { password }: { readonly password?: string }): void {
    if (kind !== 'users' || password === undefined) throw new TypeError(`PUT /${kind} is not modelled`);
    this.#hashes.set(name, hashOf(password));
  }
}
