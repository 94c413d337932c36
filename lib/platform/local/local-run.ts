import { resolve as absolute } from 'node:path';
import { systemClock } from '../runtime/clock.ts';
import { deadLetterQueue } from '../topology/names.ts';
import { account, region } from './assembly/pseudo-parameters.ts';
import { readAssembly } from './assembly/read-assembly.ts';
import { AssemblyError } from './assembly/template.ts';
import { vhostsOf } from './assembly/vhosts.ts';
import { configurationSettings } from './broker/amazon-mq-configuration.ts';
import type { Installation } from './broker/installations.ts';
import { OwnBroker } from './broker/own-broker.ts';
import type { RunningBroker } from './broker/running-broker.ts';
import type { BrokerAccess } from './broker-access.ts';
import { DeadLetterWatch } from './dead-letter-watch.ts';
import { type RunningDynamoDb, startDynamoDb } from './dynamodb/start-dynamodb.ts';
import { startAwsEndpoint } from './endpoints/aws-endpoint.ts';
import { CustomResourceAnswers } from './endpoints/custom-resource-answers.ts';
import { type AccessKeys, Principals } from './endpoints/principals.ts';
import { SecretRotations } from './endpoints/secret-rotation.ts';
import { SecretStore } from './endpoints/secret-store.ts';
import type { LocalRunEvent } from './events.ts';
import { Machine } from './machine.ts';
import type { FailureVerb } from './mapping/failure-verb.ts';
import type { LocalMapping } from './mapping/local-mapping.ts';
import type { StreamMapping } from './mapping/stream-mapping.ts';
import type { LocalFunction } from './runtime/local-function.ts';
import { ObjectStore } from './s3/object-store.ts';
import { startS3 } from './s3/start-s3.ts';
import type { LocalSchedule } from './schedule/local-schedule.ts';
import { type PublishedValues, StackCreation } from './stack-creation.ts';
import { RunDirectory } from './state/run-directory.ts';
import { type LocalState, writeWhole } from './state/state-file.ts';
import { type Part, Supervision } from './supervision.ts';
import { updateFunctions } from './update-functions.ts';
import { type BrokerUrlOptions, parseBrokerUrl, type UserBroker } from './user-broker/broker-url.ts';
import { connectUserBroker, type UserBrokerOptions } from './user-broker/connect-user-broker.ts';

export interface LocalRunOptions extends BrokerUrlOptions, Pick<UserBrokerOptions, 'caFile' | 'waitSeconds'> {
  /** Folder that `cdk synth` wrote, or one that is being written. */
  readonly assembly: string | AssemblyInProgress;
  /** Folder for the run's own files, usually `.local`; one run at a time. */
  readonly directory: string;
  /** What mappings do with a batch that failed. @default nack */
  readonly failureVerb?: FailureVerb;
  /** A broker of the user's own, `amqps://user:password@host:port/vhost`; the user must be an administrator. @default a private one */
  readonly brokerUrl?: string;
  /** RabbitMQ to start. @default the newest on this machine */
  readonly installation?: Installation;
  readonly onEvent?: (event: LocalRunEvent) => void;
}

/** What does not depend on an assembly is started while it is being synthesized; above all the broker. */
export interface AssemblyInProgress {
  readonly folder: Promise<string>;
  /** Lines that the configuration of its broker will have. Should they turn out to be others, another broker is started. */
  readonly brokerConfiguration: readonly string[];
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
  /** Puts the code of a newer assembly into the functions that changed; returns their names. */
  update(assembly: string): Promise<readonly string[]>;
  /** Ends everything and removes what is not meant to stay. The second call waits for the first. */
  stop(): Promise<void>;
}

/**
 * Runs a cloud assembly on this machine: a broker, tables, secrets, functions in processes of their own, mappings and custom resources.
 *
 * @throws AssemblyError for anything in the templates that is not supported here
 * @throws RunDirectoryError when the folder is in use
 * @throws BrokerStartError when no private broker could be started
 * @throws BrokerUrlError when the user's broker cannot be used
 */
export const startLocalRun = async (options: LocalRunOptions): Promise<LocalRun> => {
  const userBroker = options.brokerUrl === undefined ? undefined : parseBrokerUrl(options.brokerUrl, options);
  const { folder, brokerConfiguration } = inProgress(options.assembly);
  const directory = RunDirectory.take(absolute(options.directory));
  const emit = options.onEvent ?? (() => undefined);
  const notice = (message: string): void => emit({ type: 'notice', message });

  const undo: (() => unknown)[] = [() => directory.release()];
  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    stopped ??= (async () => {
      for (const step of undo.toReversed()) await step();
    })();
    return stopped;
  };

  try {
    const ownBroker = new OwnBroker({ directory: directory.file('broker'), installation: options.installation });
    undo.push(() => ownBroker.stop());
    if (!userBroker && brokerConfiguration)
      ownBroker.expect(configurationSettings(brokerConfiguration, 'the broker configuration'));
    const secrets = new SecretStore();
    const rotations = new SecretRotations(notice);
    undo.push(() => rotations.stop());
    const principals = new Principals();
    const answers = new CustomResourceAnswers();
    const dynamoDb = startDynamoDb({
      region,
      accountId: account,
      folder: directory.file('dynamodb'),
      authorize: (key, action, resource) => principals.authorize(key, action, resource),
    });
    undo.push(async () => (await dynamoDb.catch(() => undefined))?.stop());
    const endpoint = await startAwsEndpoint(
      {
        secrets,
        rotations,
        principals,
        mappings: () => machine.eventSourceMappings,
        functions: () => machine.functions,
      },
      (message) => notice(`refused: ${message}`),
    );
    undo.push(() => endpoint.stop());
    const objects = new ObjectStore();
    const s3 = await startS3({ objects, principals }, (message) => notice(`refused: ${message}`));
    undo.push(() => s3.stop());
    await answers.start();
    undo.push(() => answers.stop());
    let dynamoDbEndpoint: string | undefined;
    void dynamoDb.then(
      (store) => {
        dynamoDbEndpoint = store.endpoint;
      },
      // Whoever awaits it first, a table or a function, reports it.
      () => undefined,
    );

    const assembly = readAssembly(absolute(await folder));
    // Before anything is declared on a broker that is not ours.
    for (const vhost of vhostsOf(assembly))
      if (userBroker && vhost !== userBroker.vhost)
        throw new AssemblyError(
          `the assembly uses vhost ${vhost}, but the broker's address names vhost ${userBroker.vhost}; synthesize with -c vhost=${userBroker.vhost}`,
        );
    let leaveUserBroker: () => void = () => undefined;
    undo.push(() => leaveUserBroker());
    const connectTo = async (broker: UserBroker): Promise<BrokerAccess> => {
      const connected = await connectUserBroker(broker, {
        ...options,
        certificates: directory.file('certificates'),
        onWaiting: notice,
      });
      leaveUserBroker = connected.stop;
      return connected.access;
    };
    const machine: Machine = new Machine({
      secrets,
      principals,
      answers,
      dynamoDb,
      objects,
      failureVerb: options.failureVerb ?? 'nack',
      emit,
      access: () => ({
        awsEndpoint: endpoint.url,
        dynamoDbEndpoint,
        s3Endpoint: s3.url,
        caFile: machine.broker?.caFile,
      }),
      startBroker: (settings) => (userBroker ? connectTo(userBroker) : ownBroker.start(settings)),
    });
    undo.push(() => Promise.all([...machine.functions.values()].map((each) => each.stop())));
    undo.push(() => Promise.all([...machine.mappings, ...machine.streamMappings].map((mapping) => mapping.stop())));
    undo.push(() => machine.schedules.forEach((schedule) => void schedule.stop()));

    undo.push(() => machine.httpApis.forEach((api) => void api.stop()));

    const published: PublishedValues = { exports: new Map(), outputs: new Map() };
    for (const stack of assembly.stacks) await new StackCreation(stack, machine, published).run();
    const broker = machine.broker;
    if (!broker) throw new AssemblyError(`the assembly ${assembly.directory} has no AWS::AmazonMQ::Broker`);

    const store = await dynamoDb;
    const running = stateOf(machine, broker, directory, {
      aws: endpoint.url,
      dynamoDb: store.endpoint,
      s3: s3.url,
      ingest: outputNamed('IngestUrl', published),
    });
    let state: LocalState = { ...running, consumerControl: outputNamed('ConsumerControlFunction', published) };
    const logins = (): Record<string, string> => ({
      ...secrets.logins(),
      [broker.admin.username]: broker.admin.password,
    });
    const writeLogins = (): void => writeWhole(directory.file('credentials.json'), logins(), 0o600);
    writeWhole(directory.file('aws-credentials'), credentialsText(principals.operator), 0o600);
    writeLogins();
    secrets.onChange = writeLogins;
    // Before the folder is given up.
    undo.push(() => {
      secrets.onChange = () => undefined;
    });
    writeWhole(directory.file('state.json'), state, 0o644);
    const deadLetters = new DeadLetterWatch({ broker, vhost: state.vhost, emit });
    undo.push(() => deadLetters.stop());
    await deadLetters.start();
    const mind = (part: Part, name: keyof LocalState['parts']): void => {
      const supervision = new Supervision(part, {
        clock: systemClock,
        notice,
        onState: (partState) => {
          state = { ...state, parts: { ...state.parts, [name]: partState } };
          writeWhole(directory.file('state.json'), state, 0o644);
        },
      });
      undo.push(() => supervision.stop());
    };
    mind(
      { name: 'the local DynamoDB', onDeath: (listener) => store.onDeath(listener), restart: () => store.restart() },
      'dynamoDb',
    );
    const rabbitMq = ownBroker.running;
    if (rabbitMq)
      mind(
        {
          name: 'RabbitMQ',
          onDeath: (listener) => rabbitMq.onDeath(listener),
          restart: () => rabbitMq.restart('kill'),
        },
        'broker',
      );
    let current = assembly;
    return {
      broker,
      ownBroker: ownBroker.running,
      vhost: state.vhost,
      get state() {
        return state;
      },
      functions: [...machine.functions.values()],
      mappings: machine.mappings,
      streamMappings: machine.streamMappings,
      schedules: machine.schedules,
      tables: state.tables,
      dynamoDbEndpoint: store.endpoint,
      dynamoDb: store,
      credentials: principals.operator,
      get logins() {
        return logins();
      },
      secrets: secrets.arns(),
      rotated: () => rotations.settled(),
      update: async (folder) => {
        const next = readAssembly(absolute(folder));
        const changed = await updateFunctions(machine, current, next, notice);
        current = next;
        return changed;
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
};

const inProgress = (
  assembly: LocalRunOptions['assembly'],
): Pick<AssemblyInProgress, 'folder'> & Partial<AssemblyInProgress> => {
  if (typeof assembly === 'string') return { folder: Promise.resolve(assembly) };
  // Reported where it is awaited, which something else that fails may prevent.
  assembly.folder.catch(() => undefined);
  return assembly;
};

const stateOf = (
  machine: Machine,
  broker: BrokerAccess,
  directory: RunDirectory,
  endpoints: LocalState['endpoints'],
): LocalState => {
  const queues = machine.mappings.map(({ queue }) => queue);
  return {
    pid: process.pid,
    vhost: machine.mappings[0]?.vhost ?? '/',
    broker: {
      amqps: broker.amqpUrl,
      management: broker.managementUrl,
      caFile: broker.caFile,
      credentialsFile: directory.file('credentials.json'),
      version: broker.version,
    },
    queues,
    deadLetterQueues: queues.map(deadLetterQueue),
    tables: Object.fromEntries(machine.tables),
    buckets: Object.fromEntries(machine.buckets),
    functions: Object.fromEntries(
      [...machine.functions.keys()].map((name) => [
        name,
        { queues: machine.mappings.filter(({ functionName }) => functionName === name).map(({ queue }) => queue) },
      ]),
    ),
    endpoints,
    parts: { broker: 'running', dynamoDb: 'running' },
    aws: { region, credentialsFile: directory.file('aws-credentials') },
  };
};

/** Value of an output of any stack. */
const outputNamed = (name: string, { outputs }: PublishedValues): string | undefined => {
  const value = [...outputs].find(([key]) => key.endsWith(`/${name}`))?.[1];
  return value === undefined ? undefined : String(value);
};

const credentialsText = ({ accessKeyId, secretAccessKey }: AccessKeys): string =>
  `[default]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`;
