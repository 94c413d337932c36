import { BrokerMetric, QueueMetric } from '../../config/metric-names.ts';
import { consumerOfQueue } from '../../topology/consumer-queues.ts';
import { deadLetterQueue, delayParkingQueue, isDelayQueue } from '../../topology/names.ts';
import type { MetricRecord, Unit } from '../metric-record.ts';
import type { BrokerSample, NodeSample, QueueSample } from './broker-sample.ts';
import { observe, type QueueObservation, type QueueTrack } from './queue-track.ts';

/** By queue. */
export type QueueTracks = Readonly<Record<string, QueueTrack>>;

export interface Measured {
  readonly records: readonly MetricRecord[];
  /** For the next sample. */
  readonly tracks: QueueTracks;
}

const deadLetterSuffix = deadLetterQueue('');

/** What a look at the broker says, given what was known of its queues before. */
export function measure(sample: BrokerSample, before: QueueTracks): Measured {
  const records: MetricRecord[] = [brokerRecord(sample)];
  const tracks: Record<string, QueueTrack> = {};
  for (const queue of sample.queues) {
    if (queue.name === delayParkingQueue || isDelayQueue(queue.name)) continue;
    if (queue.name.endsWith(deadLetterSuffix)) {
      records.push(...queueRecord(queue, { [QueueMetric.ready]: depthOf(queue) }));
      continue;
    }
    // A queue that does not tell its length is not known to be empty: what was known of it stays as it was.
    const known = before[queue.name];
    const observed = queue.ready === undefined ? undefined : observe(known, queue, sample.at);
    const track = observed?.track ?? known;
    if (track) tracks[queue.name] = track;
    records.push(...queueRecord(queue, consumedQueueMetrics(queue, observed)));
  }
  return { records, tracks };
}

/** Dead letters that an operator looks at for the moment are still dead letters. */
const depthOf = ({ ready, unacknowledged = 0, deadLettering = 0 }: QueueSample): number | undefined =>
  ready === undefined ? undefined : ready + unacknowledged + deadLettering;

function consumedQueueMetrics(
  queue: QueueSample,
  observed: QueueObservation | undefined,
): Readonly<Record<string, number | undefined>> {
  return {
    [QueueMetric.ready]: queue.ready,
    [QueueMetric.unacknowledged]: queue.unacknowledged,
    [QueueMetric.consumers]: queue.consumers,
    [QueueMetric.oldestAge]: observed?.oldestAge,
    [QueueMetric.publishRate]: observed?.rates?.published,
    [QueueMetric.deliverRate]: observed?.rates?.delivered,
    [QueueMetric.acknowledgeRate]: observed?.rates?.departed,
    [QueueMetric.redeliverRate]: observed?.rates?.redelivered,
  };
}

const units: Readonly<Record<string, Unit>> = {
  [QueueMetric.oldestAge]: 'Seconds',
  [QueueMetric.publishRate]: 'Count/Second',
  [QueueMetric.deliverRate]: 'Count/Second',
  [QueueMetric.acknowledgeRate]: 'Count/Second',
  [QueueMetric.redeliverRate]: 'Count/Second',
  [BrokerMetric.memoryUsed]: 'Percent',
  [BrokerMetric.diskFree]: 'None',
};

function queueRecord({ name }: QueueSample, values: Readonly<Record<string, number | undefined>>): MetricRecord[] {
  const metrics = metricsOf(values);
  if (Object.keys(metrics).length === 0) return [];
  const queue = consumerOfQueue(name);
  return [{ dimensions: { queue }, metrics, ...(queue !== name && { properties: { shard: name } }) }];
}

const metricsOf = (values: Readonly<Record<string, number | undefined>>): MetricRecord['metrics'] =>
  Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, { unit: units[name] ?? 'Count', value }]],
    ),
  );

function brokerRecord({ queues, nodes, connections }: BrokerSample): MetricRecord {
  const delays = queues.filter(({ name }) => isDelayQueue(name));
  const parking = queues.find(({ name }) => name === delayParkingQueue);
  const running = nodes.filter((node) => node.running);
  const values = {
    [BrokerMetric.memoryUsed]: highest(running, ({ memoryUsed, memoryLimit }) => percent(memoryUsed, memoryLimit)),
    [BrokerMetric.diskFree]: lowest(running, ({ diskFree, diskFreeLimit }) => ratio(diskFree, diskFreeLimit)),
    [BrokerMetric.alarms]: running.filter(({ memoryAlarm, diskAlarm }) => memoryAlarm || diskAlarm).length,
    [BrokerMetric.nodesDown]: nodes.length - running.length,
    [BrokerMetric.connections]: connections,
    [BrokerMetric.queuesDown]: queues.filter(({ state }) => state !== undefined && !isUp(state)).length,
    [BrokerMetric.delayed]: delays.reduce((sum, queue) => sum + (depthOf(queue) ?? 0), 0),
    [BrokerMetric.overdue]: delays.reduce((sum, { deadLettering = 0 }) => sum + deadLettering, 0),
    [BrokerMetric.parked]: parking && depthOf(parking),
  };
  return {
    dimensions: { component: 'broker' },
    metrics: metricsOf(values),
    properties: Object.fromEntries(delays.map((queue) => [queue.name, depthOf(queue) ?? 0])),
  };
}

const isUp = (state: string): boolean => state === 'running' || state === 'idle';

const ratio = (part: number | undefined, whole: number | undefined): number | undefined =>
  part === undefined || !whole ? undefined : part / whole;

const percent = (part: number | undefined, whole: number | undefined): number | undefined => {
  const found = ratio(part, whole);
  return found === undefined ? undefined : found * 100;
};

const known = (nodes: readonly NodeSample[], value: (node: NodeSample) => number | undefined): number[] =>
  nodes.map(value).filter((number) => number !== undefined);

const highest = (nodes: readonly NodeSample[], value: (node: NodeSample) => number | undefined) => {
  const values = known(nodes, value);
  return values.length > 0 ? Math.max(...values) : undefined;
};

const lowest = (nodes: readonly NodeSample[], value: (node: NodeSample) => number | undefined) => {
  const values = known(nodes, value);
  return values.length > 0 ? Math.min(...values) : undefined;
};
