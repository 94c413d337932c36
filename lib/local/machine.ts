import { AssemblyError } from './assembly/template.ts';
import type { BrokerAccess } from './broker-access.ts';
import type { RunningDynamoDb } from './dynamodb/start-dynamodb.ts';
import type { CustomResourceAnswers } from './endpoints/custom-resource-answers.ts';
import type { Principals } from './endpoints/principals.ts';
import type { SecretStore } from './endpoints/secret-store.ts';
import type { LocalRunEvent } from './events.ts';
import type { FailureVerb } from './mapping/failure-verb.ts';
import type { LocalMapping } from './mapping/local-mapping.ts';
import type { LocalFunction } from './runtime/local-function.ts';
import type { LocalAccess } from './runtime/runtime-variables.ts';

export interface MachineServices {
  readonly secrets: SecretStore;
  readonly principals: Principals;
  readonly answers: CustomResourceAnswers;
  readonly dynamoDb: Promise<RunningDynamoDb>;
  readonly failureVerb: FailureVerb;
  readonly emit: (event: LocalRunEvent) => void;
  /** Addresses that functions get in their environment. */
  readonly access: () => Omit<LocalAccess, 'credentials'>;
  /** Starts the one broker, or finds the user's. */
  readonly startBroker: (
    admin: { username: string; password: string },
    settings: Record<string, string>,
  ) => Promise<BrokerAccess>;
}

/** What the resources of an assembly are made of on this machine, and what has been made so far. */
export class Machine {
  readonly secrets: SecretStore;
  readonly principals: Principals;
  readonly answers: CustomResourceAnswers;
  readonly dynamoDb: Promise<RunningDynamoDb>;
  readonly failureVerb: FailureVerb;
  readonly emit: (event: LocalRunEvent) => void;
  readonly access: MachineServices['access'];
  /** By function name. */
  readonly functions = new Map<string, LocalFunction>();
  readonly functionResources = new Map<LocalFunction, { readonly stack: string; readonly logicalId: string }>();
  readonly mappings: LocalMapping[] = [];
  /** Names by logical id. */
  readonly tables = new Map<string, string>();
  /** Lines of broker configurations by their ids. */
  readonly configurations = new Map<string, Record<string, string>>();
  readonly #startBroker: MachineServices['startBroker'];
  #broker: { readonly arn: string; readonly access: BrokerAccess } | undefined;

  constructor(services: MachineServices) {
    this.secrets = services.secrets;
    this.principals = services.principals;
    this.answers = services.answers;
    this.dynamoDb = services.dynamoDb;
    this.failureVerb = services.failureVerb;
    this.emit = services.emit;
    this.access = services.access;
    this.#startBroker = services.startBroker;
  }

  get broker(): BrokerAccess | undefined {
    return this.#broker?.access;
  }

  async startBroker(
    arn: string,
    admin: { username: string; password: string },
    settings: Record<string, string>,
  ): Promise<BrokerAccess> {
    if (this.#broker) throw new AssemblyError(`the assembly has a second broker, ${arn}; the local run has one`);
    const access = await this.#startBroker(admin, settings);
    this.#broker = { arn, access };
    return access;
  }

  /** @throws AssemblyError when the ARN is not of the assembly's broker */
  brokerOf(arn: string, asker: string): BrokerAccess {
    if (this.#broker?.arn !== arn) throw new AssemblyError(`${asker}: ${arn} is no broker of this assembly`);
    return this.#broker.access;
  }

  /** @throws AssemblyError when no function of the assembly has this name or ARN, with or without qualifier */
  findFunction(nameOrArn: string, asker: string): LocalFunction {
    const name = /^arn:[^:]+:lambda:[^:]*:[^:]*:function:([^:]+)/.exec(nameOrArn)?.[1] ?? nameOrArn.split(':')[0] ?? '';
    const found = this.functions.get(name);
    if (!found) throw new AssemblyError(`${asker}: function ${nameOrArn} is in no template of this assembly`);
    return found;
  }
}
