import { resolve as absolute } from 'node:path';
import { systemClock } from '../time/clock.ts';
import { type Assembly, readAssembly } from './assembly/read-assembly.ts';
import { AssemblyError } from './assembly/template.ts';
import { vhostsOf } from './assembly/vhosts.ts';
import type { Installation } from './broker/installations.ts';
import type { RunningBroker } from './broker/running-broker.ts';
import type { BrokerAccess } from './broker-access.ts';
import { DeadLetterWatch } from './dead-letter-watch.ts';
import { Deployment } from './deployment.ts';
import type { RunningDynamoDb } from './dynamodb/start-dynamodb.ts';
import type { AccessKeys } from './endpoints/principals.ts';
import type { GivenSecret } from './endpoints/secret-store.ts';
import type { LocalRunEvent } from './events.ts';
import type { PlannedFault } from './faults/fault.ts';
import { FaultPlan } from './faults/fault-plan.ts';
import type { Changes } from './local-stack.ts';
import { Machine } from './machine.ts';
import type { FailureVerb } from './mapping/failure-verb.ts';
import type { LocalMapping } from './mapping/local-mapping.ts';
import type { StreamMapping } from './mapping/stream-mapping.ts';
import { privateBroker, userBroker } from './run-broker.ts';
import { startServices } from './run-services.ts';
import type { LocalFunction } from './runtime/local-function.ts';
import type { LocalSchedule } from './schedule/local-schedule.ts';
import { RunDirectory } from './state/run-directory.ts';
import { RunFiles } from './state/run-files.ts';
import type { LocalState } from './state/state-file.ts';
import { stateOf } from './state-of.ts';
import { type Part, type PartState, Supervision } from './supervision.ts';
import { Updates } from './updates.ts';
import { type BrokerUrlOptions, parseBrokerUrl, type UserBroker } from './user-broker/broker-url.ts';
import type { UserBrokerOptions } from './user-broker/connect-user-broker.ts';

export interface LocalRunOptions extends BrokerUrlOptions, Pick<UserBrokerOptions, 'caFile' | 'waitSeconds'> {
  /** Folder that `cdk synth` wrote, or one that is being written. */
  readonly assembly: string | AssemblyInProgress;
  /** Folder for the run's own files, usually `.local`; one run at a time. */
  readonly directory: string;
  /** What mappings do with a batch that failed. @default nack */
  readonly failureVerb?: FailureVerb;
  /** A broker of the user's own, `amqps://user:password@host:port/vhost`; the user must be an administrator. @default a private one */
  readonly brokerUrl?: string;
  /** RabbitMQ to start. @default the first of `findInstallations()` */
  readonly installation?: Installation;
  /** Secrets of yours that functions may ask for, beside those of the stacks. @default none */
  readonly secrets?: readonly GivenSecret[];
  readonly onEvent?: (event: LocalRunEvent) => void;
  /** What the handlers of consumers are to meet; more can be added while it runs. @default they meet no faults, and none can be added */
  readonly faults?: readonly PlannedFault[];
}

/** What does not depend on an assembly is started while it is being synthesized; above all the broker. */
export interface AssemblyInProgress {
  readonly folder: Promise<string>;
  /** Lines that the configuration of its broker will have. Should they turn out to be others, another broker is started. */
  readonly brokerConfiguration: readonly string[];
}

/** A function whose code is the bundle of a handler file. */
export interface RunningHandler {
  readonly target: LocalFunction;
  /** Relative to the project. */
  readonly entry: string;
}

/** A cloud assembly that runs on this machine. */
export interface LocalRun {
  readonly broker: BrokerAccess;
  /** The private broker, to stop and restart it in tests; absent with a broker of the user's own. */
  readonly ownBroker?: RunningBroker;
  readonly vhost: string;
  /** What `state.json` says. */
  readonly state: LocalState;
  readonly functions: readonly LocalFunction[];
  readonly mappings: readonly LocalMapping[];
  /** Mappings of tables' streams. */
  readonly streamMappings: readonly StreamMapping[];
  readonly schedules: readonly LocalSchedule[];
  /** Absent in a run without faults. */
  readonly faults?: FaultPlan;
  /** Names by logical id. */
  readonly tables: Readonly<Record<string, string>>;
  readonly dynamoDbEndpoint: string;
  /** Process of the local DynamoDB, to kill it in tests. */
  readonly dynamoDb: Pick<RunningDynamoDb, 'pid'>;
  /** For clients of the endpoints that may do everything. */
  readonly credentials: AccessKeys;
  /** Passwords of the broker's users, at this moment. */
  readonly logins: Readonly<Record<string, string>>;
  /** ARNs of the secrets of broker users, by the name with which each began. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Resolves when no secret is being rotated. */
  rotated(): Promise<void>;
  /** Functions whose code is the bundle of a handler file. */
  readonly handlers: readonly RunningHandler[];
  /**
   * Makes, changes and removes what differs in a later assembly; queues keep their messages. What replaced resources have left is taken away afterwards, and the
   * next update waits for that.
   * @throws AssemblyError for what cannot be changed while the run goes on, and where something fails: the rest then stays as it was
   */
  update(assembly: string): Promise<Changes>;
  /** Ends everything and removes what is not meant to stay. The second call waits for the first. */
  stop(): Promise<void>;
}

/**
 * Runs a cloud assembly on this machine: a broker, tables, secrets, functions in processes of their own, mappings and custom resources.
 *
 * What this machine cannot run is left out, by name (`left-out`).
 *
 * @throws AssemblyError for a template that is wrong, and where something that runs needs what is left out
 * @throws RunDirectoryError when the folder is in use
 * @throws BrokerStartError when no private broker could be started
 * @throws BrokerUrlError when the user's broker cannot be used
 */
export const startLocalRun = async (options: LocalRunOptions): Promise<LocalRun> => {
  const user = options.brokerUrl === undefined ? undefined : parseBrokerUrl(options.brokerUrl, options);
  const { folder, brokerConfiguration } = inProgress(options.assembly);
  const directory = RunDirectory.take(absolute(options.directory));
  const emit = options.onEvent ?? (() => undefined);
  const notice = (message: string): void => emit({ type: 'notice', message });

  const undo = new AsyncDisposableStack();
  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    stopped ??= undo.disposeAsync();
    return stopped;
  };
  undo.defer(() => directory.release());
  try {
    const runBroker = user
      ? userBroker(user, options, directory, notice, undo)
      : privateBroker(options.installation, brokerConfiguration, directory, undo);
    const services = await startServices(directory, options.secrets ?? [], notice, undo);
    const assembly = readAssembly(absolute(await folder));
    if (user) checkVhosts(assembly, user);
    const faults = options.faults && new FaultPlan(directory.file('faults'));
    faults?.add(options.faults ?? []);
    const machine = new Machine({
      ...services,
      ...(faults && { faults }),
      failureVerb: options.failureVerb ?? 'nack',
      emit,
      startBroker: (settings) => runBroker.start(settings),
    });
    undo.defer(() => machine.stop());
    const deployment = new Deployment(machine);
    await deployment.deploy(assembly);
    const broker = machine.broker;
    if (!broker) throw new AssemblyError(`the assembly ${assembly.directory} has no AWS::AmazonMQ::Broker`);
    const dynamoDb = await services.dynamoDb;
    const state = (): LocalState => stateOf(machine, broker, dynamoDb, directory, deployment.published);
    const files = new RunFiles(state(), {
      directory,
      secrets: services.secrets,
      admin: broker.admin,
      operator: services.principals.operator,
    });
    undo.defer(() => files.stop());
    const deadLetters = new DeadLetterWatch({ broker, vhost: files.state.vhost, emit });
    undo.defer(() => deadLetters.stop());
    await deadLetters.start();
    superviseParts({ dynamoDb, broker: runBroker.running }, files, notice, undo);
    const updates = new Updates({
      deployment,
      vhosts: vhostsOf(assembly),
      notice,
      onChanged: () => files.change(state()),
    });
    undo.defer(() => updates.stop());
    return runningRun({ machine, broker, ownBroker: runBroker.running, dynamoDb, files, updates, stop });
  } catch (error) {
    await stop();
    throw error;
  }
};

/**
 * To be called before anything is declared on a broker that is not ours.
 * @throws AssemblyError when the assembly means another virtual host than the broker's address
 */
const checkVhosts = (assembly: Assembly, { vhost }: UserBroker): void => {
  const other = [...vhostsOf(assembly)].find((used) => used !== vhost);
  if (other !== undefined)
    throw new AssemblyError(
      `the assembly uses vhost ${other}, but the broker's address names vhost ${vhost}; synthesize with -c vhost=${vhost}`,
    );
};

/** Starts the processes again that hold the data, should they die. */
const superviseParts = (
  { dynamoDb, broker }: { readonly dynamoDb: RunningDynamoDb; readonly broker: RunningBroker | undefined },
  files: RunFiles,
  notice: (message: string) => void,
  undo: AsyncDisposableStack,
): void => {
  const supervise = (part: Part, name: keyof LocalState['parts']): void => {
    const onState = (state: PartState): void => files.note(name, state);
    const supervision = new Supervision(part, { clock: systemClock, notice, onState });
    undo.defer(() => supervision.stop());
  };
  supervise(
    {
      name: 'the local DynamoDB',
      onDeath: (listener) => dynamoDb.onDeath(listener),
      restart: () => dynamoDb.restart(),
    },
    'dynamoDb',
  );
  if (broker)
    supervise(
      { name: 'RabbitMQ', onDeath: (listener) => broker.onDeath(listener), restart: () => broker.restart('kill') },
      'broker',
    );
};

interface Started extends Pick<LocalRun, 'broker' | 'ownBroker' | 'stop'> {
  readonly machine: Machine;
  readonly dynamoDb: RunningDynamoDb;
  readonly files: RunFiles;
  readonly updates: Updates;
}

const runningRun = ({ machine, broker, ownBroker, dynamoDb, files, updates, stop }: Started): LocalRun => {
  const { secrets, rotations, principals } = machine.services;
  return {
    broker,
    ownBroker,
    vhost: files.state.vhost,
    get state() {
      return files.state;
    },
    get functions() {
      return [...machine.functions.values()];
    },
    mappings: machine.mappings,
    get handlers() {
      return [...machine.entries].map(([target, entry]) => ({ target, entry }));
    },
    streamMappings: machine.streamMappings,
    schedules: machine.schedules,
    ...(machine.services.faults && { faults: machine.services.faults }),
    get tables() {
      return files.state.tables;
    },
    dynamoDbEndpoint: dynamoDb.endpoint,
    dynamoDb,
    credentials: principals.operator,
    get logins() {
      return files.logins;
    },
    get secrets() {
      return secrets.arns();
    },
    rotated: () => rotations.settled(),
    update: (folder) => updates.apply(readAssembly(absolute(folder))),
    stop,
  };
};

const inProgress = (
  assembly: LocalRunOptions['assembly'],
): Pick<AssemblyInProgress, 'folder'> & Partial<AssemblyInProgress> => {
  if (typeof assembly === 'string') return { folder: Promise.resolve(assembly) };
  // Reported where it is awaited, which something else that fails may prevent.
  assembly.folder.catch(() => undefined);
  return assembly;
};
