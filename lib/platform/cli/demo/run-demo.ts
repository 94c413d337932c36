import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type ChannelModel, connect } from 'amqplib';
import type { PlannedFault } from '../../local/faults/fault.ts';
import { faultKey } from '../../local/faults/fault-plan.ts';
import { type LocalRun, type LocalRunOptions, startLocalRun } from '../../local/local-run.ts';
import { createPublisher } from '../../runtime/amqp/amqp-publisher.ts';
import { connectionSettingsFromUrl } from '../../runtime/amqp/connection-settings.ts';
import { consumerQueues } from '../../topology/consumer-queues.ts';
import type { TopologyDeclaration } from '../../topology/declaration.ts';
import { FunctionNames } from '../function-names.ts';
import type { Progress } from '../progress.ts';
import { type ChaosOptions, killInMidBatch } from './chaos.ts';
import { collectFindings, type FindingsSources } from './collect-findings.ts';
import type { DemoEvent } from './demo-event.ts';
import type { Effects } from './effects.ts';
import { failureNotes } from './failure-notes.ts';
import { type Ledger, makeLedger } from './ledger.ts';
import { publishEvents } from './publish-events.ts';
import type { RunSummary } from './render.ts';
import { settle } from './settle.ts';
import { watchQueues } from './watch-queues.ts';
import { openWitness } from './witness.ts';

export interface DemoRun {
  readonly events: readonly DemoEvent[];
  readonly declaration: TopologyDeclaration;
  readonly effects: Effects;
  /** The declared publisher whose broker user publishes the events. */
  readonly publisher: string;
  readonly localRun: Omit<LocalRunOptions, 'onEvent' | 'faults'>;
  /** What handlers are to meet. @default nothing */
  readonly faults?: readonly PlannedFault[];
  /** Ids of messages that are made to become dead letters, by consumer. @default nobody knows */
  readonly doomed?: FindingsSources['doomed'];
  readonly chaos?: Pick<ChaosOptions, 'random'>;
  readonly progress: Progress;
  /**
   * Time without any movement after which missing messages are given up, in milliseconds.
   * @default 45,000, longer than the lease of a claim whose function was killed: until it ends, nothing moves
   */
  readonly patienceMilliseconds?: number;
  /** `performance.now()` at the start of the program. */
  readonly begun: number;
  /** Called when everything is up, before the first event is published. */
  readonly onStarted?: (run: LocalRun) => void;
}

/** The demo needs queues of its own; the message says which one is not empty. */
export class QueueInUseError extends Error {
  override readonly name = 'QueueInUseError';
}

const quietMilliseconds = 1_500;
const limitMilliseconds = (events: number): number => 120_000 + 50 * events;

/** Starts the pipeline, publishes the events, waits until they have settled and counts what became of them. */
export const runDemo = async (demo: DemoRun): Promise<RunSummary> => {
  const { progress, chaos, faults = [] } = demo;
  const names = new FunctionNames();
  const tellFailure = failureNotes(names, progress);
  const run = await startLocalRun({
    ...demo.localRun,
    faults,
    onEvent: (event) => {
      names.note(event);
      if (event.type === 'notice') progress.note(event.message);
      if (event.type === 'function-failed' && !chaos) tellFailure(event);
    },
  });
  demo.onStarted?.(run);
  try {
    return await runPipeline(demo, run);
  } finally {
    await run.stop();
  }
};

const runPipeline = async (demo: DemoRun, run: LocalRun): Promise<RunSummary> => {
  const { events, declaration, progress, begun, faults = [] } = demo;
  const { consumers } = declaration;
  const secondsSoFar = (): number => (performance.now() - begun) / 1_000;
  const connection = await connectAsAdministrator(run);
  const publisher = createPublisher(
    connectionSettingsFromUrl(loginUrl(run, demo.publisher), { ca: run.broker.address.ca, connectionName: 'demo' }),
  );
  const dynamoDb = new DynamoDBClient({
    endpoint: run.dynamoDbEndpoint,
    region: 'eu-west-1',
    credentials: run.credentials,
  });
  const calm = new AbortController();
  try {
    const observe = await watchQueues({
      connection,
      consumers,
      inFlight: (consumer) => inFlight(run, consumers, consumer),
    });
    await assertEmpty(observe);
    const witness = await openWitness(connection, consumers);
    const started = secondsSoFar();

    const killing = demo.chaos ? startChaos(demo.chaos, run, progress, calm.signal) : Promise.resolve(0);
    const published = await publishEvents(publisher, events, (count) =>
      progress.show(`published ${count} of ${events.length}`),
    );
    const publishedAt = secondsSoFar();

    const sources: FindingsSources = {
      connection,
      dynamoDb,
      consumers,
      witness,
      published,
      effects: demo.effects,
      ...(demo.doomed && { doomed: demo.doomed }),
      environment: (consumer, variable) => functionOf(run, consumers, consumer)?.settings.environment[variable],
    };
    let ledger: Ledger | undefined;
    const settlement = await settle({
      observe: async () => {
        const observation = await observe();
        progress.show(`published ${published.length} of ${events.length} · ${observation.text}`);
        return observation;
      },
      isComplete: async () => {
        ledger = makeLedger(await collectFindings(sources));
        return ledger.rows.every(({ lost, waiting }) => lost.length === 0 && waiting === 0);
      },
      quietMilliseconds,
      patienceMilliseconds: demo.patienceMilliseconds ?? 45_000,
      limitMilliseconds: limitMilliseconds(events.length),
      intervalMilliseconds: 200,
      clock: { now: () => performance.now(), sleep: (milliseconds) => sleep(milliseconds) },
    });
    calm.abort();
    if (settlement !== 'settled' || ledger === undefined) {
      // What is still being delivered could not be counted.
      await Promise.all(run.mappings.map((mapping) => mapping.pause()));
      ledger = makeLedger(await collectFindings(sources));
    }
    return {
      ledger,
      seconds: { started, published: publishedAt, total: secondsSoFar() },
      broker: `RabbitMQ ${run.broker.version}`,
      kills: await killing,
      faults: { planned: faults.length, happened: new Set(run.faults?.struck().map(faultKey)).size },
      settled: settlement === 'settled',
    };
  } finally {
    calm.abort();
    progress.clear();
    dynamoDb.destroy();
    // A connection that is gone already refuses to be closed; what went wrong before says why.
    await Promise.allSettled([publisher.close(), connection.close()]);
  }
};

const connectAsAdministrator = async ({ broker, vhost }: LocalRun): Promise<ChannelModel> => {
  const { protocol, host, port, ca } = broker.address;
  const connection = await connect(
    { protocol, hostname: host, port, ...broker.admin, vhost },
    { noDelay: true, servername: host, ...(ca !== undefined && { ca: [ca] }) },
  );
  // A broken connection rejects the calls under way, which say what it was needed for.
  connection.on('error', () => {});
  return connection;
};

const loginUrl = ({ broker, vhost, logins }: LocalRun, user: string): string => {
  const password = logins[user];
  if (password === undefined) throw new Error(`the local run has no login for the publisher ${user}`);
  const { protocol, host, port } = broker.address;
  return `${protocol}://${encodeURIComponent(user)}:${encodeURIComponent(password)}@${host}:${port}/${encodeURIComponent(vhost)}`;
};

type Consumers = TopologyDeclaration['consumers'];

const mappingsOf = (run: LocalRun, consumers: Consumers, consumer: string) => {
  const queues = consumerQueues(consumer, consumers[consumer] ?? { bindings: [] });
  return run.mappings.filter(({ queue }) => queues.includes(queue));
};

const inFlight = (run: LocalRun, consumers: Consumers, consumer: string): number =>
  mappingsOf(run, consumers, consumer).reduce((total, mapping) => total + mapping.inFlight, 0);

const functionOf = (run: LocalRun, consumers: Consumers, consumer: string) => {
  const name = mappingsOf(run, consumers, consumer)[0]?.functionName;
  return run.functions.find((candidate) => candidate.name === name);
};

const assertEmpty = async (observe: Awaited<ReturnType<typeof watchQueues>>): Promise<void> => {
  const { waiting, dead, text } = await observe();
  if (waiting + dead > 0)
    throw new QueueInUseError(
      `there are messages in the queues already (${text}); name an empty vhost in RABBITMQ_URL`,
    );
};

const startChaos = (
  { random }: Pick<ChaosOptions, 'random'>,
  run: LocalRun,
  progress: Progress,
  signal: AbortSignal,
): Promise<number> =>
  killInMidBatch(
    {
      random,
      victims: run.mappings.map((mapping) => ({
        name: mapping.queue,
        inFlight: () => mapping.inFlight,
        kill: () => run.functions.find(({ name }) => name === mapping.functionName)?.kill() ?? false,
      })),
      onKill: (name, records) => progress.note(`killed ${name} with a batch of ${records}`),
    },
    signal,
  );
