import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type AttributeValue, type DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { connect } from 'amqplib';
import { ConsumerMetric, MappingMetric, QueueMetric } from '../../../lib/platform/config/metric-names.ts';
import type { LocalRunEvent } from '../../../lib/platform/local/events.ts';
import type { Fault } from '../../../lib/platform/local/faults/fault.ts';
import type { LocalRun } from '../../../lib/platform/local/local-run.ts';
import type { Circuit } from '../../../lib/platform/operations/circuit/circuit.ts';
import type { ConsumerStatus } from '../../../lib/platform/operations/circuit/control-consumers.ts';
import { projectRoot } from '../../../lib/platform/project-root.ts';
import type { PersonJoined } from '../application/events.ts';
import { dynamoDbOf, startStacks, tableOf, until } from '../support/local-run-setting.ts';

// The stacks as they are deployed, with the platform's functions, on this machine.

let assembly: string;
let directory: string;
let events: readonly LocalRunEvent[];
let run: LocalRun;
let dynamoDb: DynamoDBClient;

beforeAll(async () => {
  ({ run, events, directory, assembly } = await startStacks());
  dynamoDb = dynamoDbOf(run);
});

const lines = () => events.filter((event) => event.type === 'line');

/** Publishes so many events of people who join. What happens to `send-note` with each of them is the fault. */
const enter = async (count: number, fault?: Fault): Promise<void> => {
  const people = Array.from({ length: count }, () => randomUUID());
  if (fault) run.faults?.add(people.map((messageId) => ({ consumer: 'send-note', messageId, fault })));
  const connection = await connect(amqpUrl(), { ca: [readFileSync(run.state.broker.caFile ?? '')] });
  const channel = await connection.createConfirmChannel();
  for (const personId of people) {
    const event: PersonJoined = { type: 'person.joined', personId };
    channel.publish('events', 'person.joined', Buffer.from(JSON.stringify(event)), {
      messageId: personId,
      type: 'person.joined',
      contentType: 'application/json',
      persistent: true,
    });
  }
  await channel.waitForConfirms();
  await connection.close();
};

const amqpUrl = (): string => {
  const url = new URL(run.state.broker.amqps);
  const { username } = run.broker.admin;
  return `amqps://${username}:${run.logins[username]}@${url.host}/${run.vhost}`;
};

/** What the schedule does once a minute. */
const fire = async (name: string): Promise<void> => {
  const schedule = run.schedules.find(({ functionName }) => functionName.includes(name));
  if (!schedule) throw new Error(`no schedule invokes ${name}`);
  await schedule.fire();
};

/** The latest metrics of a function with this dimension. */
const metricsOf = (functionName: string, dimension: string, value: string): Record<string, unknown> | undefined => {
  for (const each of lines().toReversed()) {
    if (!each.functionName.includes(functionName) || !each.line.includes('"CloudWatchMetrics"')) continue;
    const entry = JSON.parse(each.line) as Record<string, unknown>;
    if (entry[dimension] === value) return entry;
  }
  return undefined;
};

const mq = async (...args: string[]): Promise<string> => {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [
      join(projectRoot, 'test/platform/application/mq.ts'),
      'consumer',
      ...args,
      '--state',
      join(directory, 'state.json'),
    ],
    { timeout: 100_000 },
  );
  return stdout;
};
const statusOf = async (consumer: string): Promise<ConsumerStatus | undefined> =>
  (JSON.parse(await mq('status', consumer, '--json')) as ConsumerStatus[])[0];
const mapping = (queue: string) => run.mappings.find((each) => each.queue === queue);
/** The stored circuit of a consumer. Asking again and again costs less this way than with a process for each question. */
const circuitItem = async (consumer: string): Promise<Record<string, AttributeValue>> => {
  const query = { TableName: tableOf(run, 'Circuits'), Key: { consumer: { S: consumer } } };
  return (await dynamoDb.send(new GetItemCommand({ ...query, ConsistentRead: true }))).Item ?? {};
};
const circuitIn = ({ circuit }: Record<string, AttributeValue>): Partial<Circuit> => JSON.parse(circuit?.S ?? '{}');
const stateOf = async (consumer: string) => circuitIn(await circuitItem(consumer)).state;
/** As if this moment had come already: what is stored of the circuit is set back. */
const letTimePass = async (consumer: string): Promise<void> => {
  const Item = await circuitItem(consumer);
  Item.circuit = { S: JSON.stringify({ ...circuitIn(Item), until: Date.now() - 1 }) };
  await dynamoDb.send(new PutItemCommand({ TableName: tableOf(run, 'Circuits'), Item }));
};

describe('what can be seen of queues', () => {
  it('are metrics of each, of delays and of the broker, once a minute', async () => {
    await enter(2);
    // The broker's own statistics are some seconds old.
    await until('rates of all queues', async () => {
      await fire('QueueMetrics');
      return run.mappings.every(({ queue }) => {
        const rate = metricsOf('QueueMetrics', 'queue', queue)?.[QueueMetric.publishRate];
        return rate !== undefined;
      });
    });
    expect(metricsOf('QueueMetrics', 'queue', 'send-note')).toMatchObject({
      [QueueMetric.ready]: 0,
      [QueueMetric.consumers]: 1,
      [QueueMetric.oldestAge]: 0,
      [QueueMetric.acknowledgeRate]: expect.any(Number),
    });
    expect(metricsOf('QueueMetrics', 'queue', 'send-note.dead-letter')).toMatchObject({ [QueueMetric.ready]: 0 });
    const broker = metricsOf('QueueMetrics', 'component', 'broker');
    expect(broker).toMatchObject({
      BrokerNodesDown: 0,
      BrokerQueuesDown: 0,
      BrokerResourceAlarms: 0,
      DelayedMessages: 0,
      ParkedMessages: 0,
      BrokerConnections: expect.any(Number),
    });
    expect(broker?.BrokerMemoryUsed).toBeGreaterThan(0);
    expect(broker?.BrokerDiskFreeRatio).toBeGreaterThan(1);
  });

  it('are written under names and dimensions that alarms ask for', async () => {
    await fire('ConsumerControl');
    const [file = ''] = readdirSync(assembly).filter((name) => name.endsWith('monitoring.template.json'));
    const template = JSON.parse(readFileSync(join(assembly, file), 'utf8')) as {
      Resources: Record<string, { Type: string; Properties: AlarmProperties }>;
    };
    const alarms = Object.values(template.Resources).filter(({ Type }) => Type === 'AWS::CloudWatch::Alarm');
    const asked = alarms.flatMap(({ Properties }) => metricsAsked(Properties));
    expect(asked.length).toBeGreaterThan(20);
    const written = new Set(lines().flatMap(({ line }) => metricsWritten(line)));
    // Of these there is something only when something happens, or nothing at all in two minutes.
    const rare: string[] = [
      ConsumerMetric.claimLost,
      ConsumerMetric.claimsUnavailable,
      ConsumerMetric.deferred,
      ConsumerMetric.duplicateWithOtherBody,
      ConsumerMetric.failedAfterCommit,
      'OutboxOldestAge',
    ];
    const missing = asked.filter((key) => !written.has(key) && !rare.some((name) => key.includes(` ${name} `)));
    expect(missing).toEqual([]);
  });
});

interface AskedMetric {
  Namespace?: string;
  MetricName?: string;
  Dimensions?: { Name: string; Value: unknown }[];
}
interface AlarmProperties extends AskedMetric {
  Metrics?: { MetricStat?: { Metric: AskedMetric } }[];
}
const metricsAsked = ({ Metrics = [], ...single }: AlarmProperties): string[] =>
  [single, ...Metrics.map(({ MetricStat }) => MetricStat?.Metric ?? {})]
    .filter(({ MetricName, Namespace }) => MetricName !== undefined && Namespace !== 'AWS/Lambda')
    .map(
      ({ Namespace, MetricName, Dimensions = [] }) =>
        `${Namespace} ${MetricName} ${Dimensions.map(({ Name, Value }) => `${Name}=${Value}`).join(' ')}`,
    );
const metricsWritten = (line: string): string[] => {
  if (!line.includes('"CloudWatchMetrics"')) return [];
  const entry = JSON.parse(line) as Record<string, unknown> & {
    _aws: { CloudWatchMetrics: { Namespace: string; Dimensions: string[][]; Metrics: { Name: string }[] }[] };
  };
  return entry._aws.CloudWatchMetrics.flatMap(({ Namespace, Dimensions, Metrics }) =>
    Metrics.flatMap(({ Name }) =>
      Dimensions.map((set) => `${Namespace} ${Name} ${set.map((each) => `${each}=${entry[each]}`).join(' ')}`),
    ),
  );
};

describe('when nearly everything that a consumer tries fails', () => {
  it('its circuit opens and its messages wait, while other consumers go on', async () => {
    await fire('ConsumerControl');
    // Four of five, also with what succeeded in the tests of the last five minutes.
    await enter(60, { kind: 'retryable' });
    await until('open', async () => {
      await fire('ConsumerControl');
      return (await stateOf('send-note')) === 'open';
    });
    await until('no more reading', () => mapping('send-note')?.state === 'Paused');
    expect(await statusOf('send-note')).toMatchObject({
      state: 'open',
      reason: expect.stringMatching(/^\d+ of \d+ messages failed$/),
    });
    expect(mapping('log-all')?.state).toBe('Enabled');
    await fire('ConsumerControl');
    expect(metricsOf('ConsumerControl', 'consumer', 'send-note')).toMatchObject({
      [MappingMetric.circuitOpen]: 1,
      [MappingMetric.paused]: 1,
      [MappingMetric.failing]: 0,
    });
  });

  it('it gets messages again on trial, and all of them once they succeed', async () => {
    await letTimePass('send-note');
    await fire('ConsumerControl');
    await until('reading again', () => mapping('send-note')?.state === 'Enabled');
    expect(await stateOf('send-note')).toBe('half-open');
    await enter(100);
    await until('closed', async () => {
      // Successes are reported every half minute, with a batch.
      await enter(1);
      await fire('ConsumerControl');
      const state = await stateOf('send-note');
      // Left-overs of the outage may come first, and trip it again.
      if (state === 'open') await letTimePass('send-note');
      return state === 'closed';
    });
    expect(metricsOf('ConsumerControl', 'consumer', 'send-note')).toMatchObject({ [MappingMetric.circuitOpen]: 0 });
  });
});

describe('when an operator pauses a consumer', () => {
  it('it gets no messages until it is resumed, and loses none', async () => {
    expect(await mq('pause', 'send-note', '--reason', 'the provider moves')).toContain(
      'send-note  paused, gets no messages',
    );
    await until('no more reading', () => mapping('send-note')?.state === 'Paused');
    expect(await mq('status')).toContain('the provider moves');
    const before = lines().length;
    await enter(1);
    await fire('ConsumerControl');
    await until('the waiting message in the metrics', async () => {
      await fire('QueueMetrics');
      // Retries of the outage before may wait beside it. The broker's own count of consumers is some seconds old.
      const { [QueueMetric.ready]: ready = 0, [QueueMetric.consumers]: consumers } =
        metricsOf('QueueMetrics', 'queue', 'send-note') ?? {};
      return Number(ready) >= 1 && consumers === 0;
    });
    expect(
      lines()
        .slice(before)
        .filter(({ functionName }) => functionName.includes('sendnote')),
    ).toEqual([]);
    expect(await mq('resume', 'send-note')).toContain('send-note  gets messages');
    await until('its message', () =>
      lines()
        .slice(before)
        .some(({ functionName }) => functionName.includes('sendnote')),
    );
  });

  it('is told which consumers there are when it names another', async () => {
    await expect(mq('pause', 'send-notes')).rejects.toThrow(
      'there is no consumer send-notes; known are keep-thing, send-note, log-all',
    );
  });
});
