import { LambdaClient, ResourceInUseException } from '@aws-sdk/client-lambda';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { AwsSecretVersions } from '../../../../lib/platform/operations/rotation/aws-secret-versions.ts';
import { BrokerUsers, type BrokerUsersOptions } from '../../../../lib/platform/operations/rotation/broker-users.ts';
import { mappingRefresh } from '../../../../lib/platform/operations/rotation/mapping-refresh.ts';
import { rotate } from '../../../../lib/platform/operations/rotation/rotate.ts';
import { readRotationRequest, rotationSteps } from '../../../../lib/platform/operations/rotation/rotation-request.ts';
import { ManagementError } from '../../../../lib/platform/operations/topology/management-error.ts';
import { connectionSettingsFromUrl } from '../../../../lib/platform/runtime/amqp/connection-settings.ts';
import { consumerOfQueue } from '../../../../lib/platform/topology/consumer-queues.ts';
import { mappingUser } from '../../../../lib/platform/topology/users.ts';
import { Random } from '../engine/random.ts';
import type { SimulatedProcess } from '../engine/simulated-process.ts';
import type { Handler, InvocationContext } from '../lambda/environment.ts';
import { SimulatedFunction } from '../lambda/function.ts';
import { connectOf } from '../rabbitmq/publisher.ts';
import type { RotationPlan } from '../scenario/scenario.ts';
import type { Logins } from './logins.ts';
import type { World } from './world.ts';

const timeoutMilliseconds = 60_000;
const { credentials: _, ...connection } = connectionSettingsFromUrl('amqps://user:password@broker:5671/%2F');

/** Secrets Manager rotates secrets, with the real function: four steps, and all of them again where one fails. */
export class Rotations {
  readonly #world: World;
  readonly #logins: Logins;
  readonly #queues: readonly string[];
  readonly #random: Random;
  readonly #function: SimulatedFunction;
  readonly #underWay = new Set<string>();
  #open: number;

  constructor(plans: readonly RotationPlan[], logins: Logins, queues: readonly string[], world: World) {
    this.#world = world;
    this.#logins = logins;
    this.#queues = queues;
    this.#random = new Random(world.scenario.seed, 'rotation');
    this.#open = plans.length;
    const start = (process: SimulatedProcess): Handler => this.#environment(process);
    const settings = { name: 'rotation', timeoutMilliseconds, maximumSkewMilliseconds: 0, start };
    this.#function = new SimulatedFunction(settings, world.scheduler, this.#random);
    world.deaths.threaten(this.#function);
    for (const [index, { secret, at }] of plans.entries())
      world.scheduler.after(at, () => this.#begin(secret, `rotation-${index + 1}`));
  }

  get rests(): boolean {
    return this.#open === 0;
  }

  /** To be called at the end. */
  check(): void {
    if (this.#open === 0) return;
    const what = `${this.#open} rotations have not ended`;
    this.#world.ledger.violate({ rule: 'every rotation ends', what });
  }

  /** Waits for its turn: a secret has one rotation at a time. */
  #begin(secret: string, token: string): void {
    if (this.#underWay.has(secret)) {
      this.#world.scheduler.after(5000, () => this.#begin(secret, token));
      return;
    }
    this.#underWay.add(secret);
    this.#logins.secrets.announce(secret, token);
    this.#step(secret, token, 0);
  }

  #step(secret: string, token: string, index: number): void {
    const Step = rotationSteps[index];
    if (Step === undefined) {
      this.#underWay.delete(secret);
      this.#open -= 1;
      return;
    }
    this.#function.invoke({ Step, SecretId: secret, ClientRequestToken: token }, (result) => {
      const how = result.status === 'failed' ? result.error : 'done';
      this.#world.story.tell(() => `${Step} of ${token} (secret ${secret}): ${how}.`);
      if (result.status === 'succeeded') this.#step(secret, token, index + 1);
      else this.#world.scheduler.after(1000 + this.#random.next() * 4000, () => this.#again(secret, token, index));
    });
  }

  /** The step that failed, or all from the first. */
  #again(secret: string, token: string, index: number): void {
    this.#step(secret, token, this.#random.chance(0.5) ? index : 0);
  }

  /** See `lib/platform/functions/secret-rotation`. */
  #environment(process: SimulatedProcess): Handler {
    const { clock } = process;
    const random = this.#random.next;
    const versions = new AwsSecretVersions(this.#secretsClient(process));
    const connect = connectOf({ ...this.#world.network, process, random: this.#random });
    const refreshMappings = mappingRefresh({ client: this.#lambdaClient(process), brokerArn: 'broker', clock });
    return async (event: unknown, context: InvocationContext) => {
      const deadline = clock.now() + context.getRemainingTimeInMillis() - 5000;
      const users = new BrokerUsers({
        client: this.#management(process),
        connection,
        retry: { deadline, clock, random },
        services: { clock, random, connect },
      });
      await rotate(readRotationRequest(event), { versions, users, refreshMappings });
    };
  }

  #secretsClient(process: SimulatedProcess): SecretsManagerClient {
    const send = (command: { readonly input: unknown }): Promise<unknown> =>
      this.#world.call(process, command.constructor.name, () => this.#logins.secrets.carryOut(command));
    return Object.assign(Object.create(SecretsManagerClient.prototype) as SecretsManagerClient, { send });
  }

  #management(process: SimulatedProcess): BrokerUsersOptions['client'] {
    const { accounts } = this.#logins;
    const ask = <T>(what: string, work: () => T): Promise<T> =>
      this.#world.call(process, what, () => {
        if (this.#world.door.isAway)
          throw new ManagementError(what, { reason: 'connect ECONNREFUSED', retryable: true });
        return work();
      });
    return {
      get: <T>(path: readonly string[]) => ask(`GET ${path.join('/')}`, () => accounts.get(path) as T),
      put: (path: readonly string[], body: object = {}) => ask(`PUT ${path.join('/')}`, () => accounts.put(path, body)),
    };
  }

  /** Lambda's API: a mapping that is being changed by others takes no update. */
  #lambdaClient(process: SimulatedProcess): LambdaClient {
    const send = (command: { readonly input: unknown }): Promise<unknown> =>
      this.#world.call(process, command.constructor.name, () => {
        const { UUID } = command.input as { readonly UUID?: string };
        if (UUID === undefined) return { EventSourceMappings: this.#queues.map(mappingOf) };
        if (this.#random.chance(0.1)) throw new ResourceInUseException({ message: 'being updated', $metadata: {} });
        this.#logins.readForMapping(UUID);
        return {};
      });
    return Object.assign(Object.create(LambdaClient.prototype) as LambdaClient, { send });
  }
}

const mappingOf = (queue: string) => ({
  UUID: queue,
  Queues: [queue],
  SourceAccessConfigurations: [{ Type: 'BASIC_AUTH', URI: mappingUser(consumerOfQueue(queue)) }],
});
