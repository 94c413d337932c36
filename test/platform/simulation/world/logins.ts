import {
  type Credentials,
  type CredentialsSource,
  parseSecret,
} from '../../../../lib/platform/runtime/amqp/broker-credentials.ts';
import { consumerOfQueue } from '../../../../lib/platform/topology/consumer-queues.ts';
import type { Topology } from '../../../../lib/platform/topology/model.ts';
import { mappingUser } from '../../../../lib/platform/topology/users.ts';
import type { Ledger } from '../checks/ledger.ts';
import type { SimulatedProcess } from '../engine/simulated-process.ts';
import { Accounts } from '../rabbitmq/accounts.ts';
import { Secrets } from '../secrets/secrets.ts';
import type { RemoteCall } from './remote-calls.ts';

/** Who logs in to the broker with what, and whether that always works. A secret has the name of the user that it began with. */
export class Logins {
  readonly accounts: Accounts;
  readonly secrets = new Secrets();
  readonly #ledger: Ledger;
  readonly #call: RemoteCall;
  /** What Lambda has read for each mapping: it reads again when a mapping is updated, and not otherwise. */
  readonly #mappings = new Map<string, Credentials>();

  constructor(topology: Topology, ledger: Ledger, call: RemoteCall) {
    this.#ledger = ledger;
    this.#call = call;
    this.accounts = new Accounts(topology);
    for (const { name, alternateOf } of topology.users)
      if (alternateOf === undefined)
        this.secrets.create(name, JSON.stringify({ username: name, password: `first of ${name}` }));
  }

  /** The secret, as a process reads it. */
  sourceOf(secretId: string, process: SimulatedProcess): CredentialsSource {
    return {
      renewable: true,
      read: () => this.#call(process, 'reading its secret', () => this.#currentOf(secretId)),
    };
  }

  /** Whether a client gets in. What is current must. */
  permits(credentials: Credentials): boolean {
    if (this.accounts.permits(credentials)) return true;
    const secretId = credentials.username.replace(/\.clone$/, '');
    if (this.#currentOf(secretId).password === credentials.password)
      this.#violate(`the current version of the secret of ${secretId} does not log in`);
    return false;
  }

  /** Whether a mapping gets in, with what Lambda has read last. */
  mappingPermits(queue: string): boolean {
    const known = this.#mappings.get(queue) ?? this.readForMapping(queue);
    if (this.accounts.permits(known)) return true;
    this.#violate(`the mapping of ${queue} cannot log in any more with what it read`);
    return false;
  }

  /** Lambda reads the secret of a mapping. */
  readForMapping(queue: string): Credentials {
    const credentials = this.#currentOf(mappingUser(consumerOfQueue(queue)));
    this.#mappings.set(queue, credentials);
    return credentials;
  }

  #currentOf(secretId: string): Credentials {
    return parseSecret(this.secrets.current(secretId), secretId);
  }

  #violate(what: string): void {
    this.#ledger.violate({ rule: 'nobody is locked out while passwords rotate', what });
  }
}
