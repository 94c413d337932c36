import { AssemblyError, UnsupportedError } from './assembly/template.ts';
import type { BrokerAccess } from './broker-access.ts';
import type { Role } from './endpoints/principals.ts';
import type { LocalRunEvent } from './events.ts';
import type { FaultPlan } from './faults/fault-plan.ts';
import type { LocalHttpApi } from './gateway/local-http-api.ts';
import { matchesWildcard } from './iam/wildcard.ts';
import type { LeftOut } from './left-out.ts';
import type { EventSourceMapping } from './mapping/event-source-mappings.ts';
import type { FailureVerb } from './mapping/failure-verb.ts';
import type { LocalMapping } from './mapping/local-mapping.ts';
import type { StreamMapping } from './mapping/stream-mapping.ts';
import type { RunServices } from './run-services.ts';
import type { LocalFunction } from './runtime/local-function.ts';
import type { LocalAccess } from './runtime/runtime-variables.ts';
import type { LocalSchedule } from './schedule/local-schedule.ts';

export interface MachineServices extends RunServices {
  readonly failureVerb: FailureVerb;
  /** What handlers are to meet. */
  readonly faults?: FaultPlan;
  readonly emit: (event: LocalRunEvent) => void;
  /** The one broker with these keys of rabbitmq.conf, or the user's as it is. */
  readonly startBroker: (settings: Readonly<Record<string, string>>) => Promise<BrokerAccess>;
}

/** Lets a service invoke a function. */
export interface InvokePermission {
  readonly functionName: string;
  /** The service, such as `events.amazonaws.com`. */
  readonly principal: string;
  /** May hold wildcards. @default anything of the service */
  readonly sourceArn?: string;
}

/** What the resources of an assembly are made of on this machine, and what has been made so far. */
export class Machine {
  readonly services: MachineServices;
  /** By function name. */
  readonly functions: Map<string, LocalFunction>;
  /** Handler file of each function whose code is a bundle, relative to the project. */
  readonly entries = new Map<LocalFunction, string>();
  readonly functionRoles = new Map<LocalFunction, Role>();
  readonly permissions: InvokePermission[] = [];
  readonly mappings: LocalMapping[] = [];
  /** Those of RabbitMQ queues by their ids. */
  readonly eventSourceMappings: Map<string, EventSourceMapping>;
  readonly httpApis: LocalHttpApi[] = [];
  readonly streamMappings: StreamMapping[] = [];
  readonly schedules: LocalSchedule[] = [];
  /** Names by logical id. */
  readonly tables = new Map<string, string>();
  /** Names by logical id. */
  readonly buckets = new Map<string, string>();
  /** Lines of broker configurations by their ids. */
  readonly configurations = new Map<string, Readonly<Record<string, string>>>();
  leftOut: readonly LeftOut[] = [];
  #broker: { readonly arn: string; readonly access: BrokerAccess } | undefined;

  constructor(services: MachineServices) {
    this.services = services;
    this.functions = services.functions;
    this.eventSourceMappings = services.eventSourceMappings;
  }

  /** What functions get in their environment to reach everything. */
  get access(): Omit<LocalAccess, 'credentials'> {
    return { ...this.services.endpoints(), caFile: this.broker?.caFile, faults: this.services.faults?.folder };
  }

  get broker(): BrokerAccess | undefined {
    return this.#broker?.access;
  }

  async startBroker(arn: string, settings: Readonly<Record<string, string>>): Promise<BrokerAccess> {
    if (this.#broker) throw new AssemblyError(`the assembly has a second broker, ${arn}; the local run has one`);
    const access = await this.services.startBroker(settings);
    this.#broker = { arn, access };
    return access;
  }

  /** Ends what has been made so far: first what invokes functions, then these. */
  async stop(): Promise<void> {
    for (const source of [...this.httpApis, ...this.schedules]) source.stop();
    try {
      await Promise.all([...this.mappings, ...this.streamMappings].map((mapping) => mapping.stop()));
    } finally {
      await Promise.all([...this.functions.values()].map((each) => each.stop()));
    }
  }

  /** @throws AssemblyError when the ARN is not of the assembly's broker */
  brokerOf(arn: string, asker: string): BrokerAccess {
    if (this.#broker?.arn !== arn) throw new AssemblyError(`${asker}: ${arn} is no broker of this assembly`);
    return this.#broker.access;
  }

  /** @throws UnsupportedError when the function is not of the assembly */
  roleOf(target: LocalFunction): Role {
    const role = this.functionRoles.get(target);
    if (!role) throw new UnsupportedError(`function ${target.name} has no role in this assembly`);
    return role;
  }

  /** Whether a service may invoke a function on behalf of one of its resources. */
  permits({ name }: LocalFunction, principal: string, sourceArn: string): boolean {
    return this.permissions.some(
      (given) =>
        given.functionName === name &&
        given.principal === principal &&
        (given.sourceArn === undefined || matchesWildcard(given.sourceArn, sourceArn)),
    );
  }

  /** @throws UnsupportedError when no function of the assembly has this name or ARN, with or without qualifier */
  findFunction(nameOrArn: string, asker: string): LocalFunction {
    const name = /^arn:[^:]+:lambda:[^:]*:[^:]*:function:([^:]+)/.exec(nameOrArn)?.[1] ?? nameOrArn.split(':')[0] ?? '';
    const found = this.functions.get(name);
    if (!found) throw new UnsupportedError(`${asker}: function ${nameOrArn} is in no template of this assembly`);
    return found;
  }
}

/** Takes something out of a list of what runs. */
export const drop = <Item>(list: Item[], item: Item): void => {
  const index = list.indexOf(item);
  if (index >= 0) list.splice(index, 1);
};
