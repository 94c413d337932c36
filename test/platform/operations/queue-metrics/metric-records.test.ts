import { describe, expect, it } from '@jest/globals';
import type {
  BrokerSample,
  NodeSample,
  QueueSample,
} from '../../../../lib/platform/operations/queue-metrics/broker-sample.ts';
import { measure } from '../../../../lib/platform/operations/queue-metrics/metric-records.ts';

const queue = (name: string, given: Partial<QueueSample> = {}): QueueSample => ({
  name,
  state: 'running',
  ready: 0,
  unacknowledged: 0,
  consumers: 1,
  published: 0,
  delivered: 0,
  redelivered: 0,
  departed: 0,
  ...given,
});
const node = (name: string, given: Partial<NodeSample> = {}): NodeSample => ({
  name,
  running: true,
  memoryUsed: 1,
  memoryLimit: 10,
  diskFree: 80,
  diskFreeLimit: 10,
  memoryAlarm: false,
  diskAlarm: false,
  ...given,
});
const sample = (given: Partial<BrokerSample>): BrokerSample => ({
  at: 0,
  queues: [],
  nodes: [node('a')],
  connections: 4,
  ...given,
});
/** Values by name, of the record with this dimension. */
const valuesOf = ({ records }: ReturnType<typeof measure>, dimension: string) => {
  const record = records.find(({ dimensions }) => Object.values(dimensions).includes(dimension));
  return record && Object.fromEntries(Object.entries(record.metrics).map(([name, { value }]) => [name, value]));
};

describe('metrics of queues', () => {
  const first = measure(sample({ queues: [queue('orders', { ready: 5, unacknowledged: 2, departed: 10 })] }), {});

  it('say what waits, what is held and who reads; rates follow a minute later', () => {
    expect(valuesOf(first, 'orders')).toEqual({
      MessagesReady: 5,
      MessagesUnacknowledged: 2,
      Consumers: 1,
      OldestMessageAge: 0,
    });
    const second = measure(
      sample({
        at: 60_000,
        queues: [
          queue('orders', { ready: 4, consumers: 0, published: 60, delivered: 120, redelivered: 6, departed: 13 }),
        ],
      }),
      first.tracks,
    );
    expect(valuesOf(second, 'orders')).toEqual({
      MessagesReady: 4,
      MessagesUnacknowledged: 0,
      Consumers: 0,
      OldestMessageAge: 60,
      PublishRate: 1,
      DeliverRate: 2,
      RedeliverRate: 0.1,
      AcknowledgeRate: 0.05,
    });
  });

  it('leave out what the broker does not know, and remember what was known', () => {
    const without = { ready: undefined, unacknowledged: undefined, consumers: undefined, state: 'down' };
    const second = measure(sample({ at: 60_000, queues: [queue('orders', without)] }), first.tracks);
    expect(valuesOf(second, 'orders')).toBeUndefined();
    expect(second.tracks).toEqual(first.tracks);
    expect(valuesOf(second, 'broker')).toMatchObject({ BrokerQueuesDown: 1 });
  });

  it('forget queues that are gone', () => {
    expect(measure(sample({ at: 60_000 }), first.tracks).tracks).toEqual({});
  });

  it('of dead letters are their number', () => {
    const measured = measure(sample({ queues: [queue('orders.dead-letter', { ready: 3, unacknowledged: 1 })] }), {});
    expect(valuesOf(measured, 'orders.dead-letter')).toEqual({ MessagesReady: 4 });
    expect(measured.tracks).toEqual({});
  });

  it('of delays are one number, with that of each level beside it in the log', () => {
    const queues = [
      queue('delay.level-00', { ready: 1 }),
      queue('delay.level-15', { ready: 7 }),
      queue('delay.parking', { ready: 2 }),
    ];
    const measured = measure(sample({ queues }), {});
    expect(valuesOf(measured, 'broker')).toMatchObject({ DelayedMessages: 8, OverdueMessages: 0, ParkedMessages: 2 });
    expect(measured.records).toHaveLength(1);
    expect(measured.records[0]?.properties).toEqual({ 'delay.level-00': 1, 'delay.level-15': 7 });
  });

  it('say which delays are over without having come to an end', () => {
    const queues = [
      queue('delay.level-00', { ready: 1, deadLettering: 30 }),
      queue('orders.returning', { deadLettering: 4 }),
      queue('orders', { deadLettering: 100 }),
    ];
    const measured = measure(sample({ queues }), {});
    expect(valuesOf(measured, 'broker')).toMatchObject({ DelayedMessages: 35, OverdueMessages: 34 });
    expect(measured.records[0]?.properties).toEqual({ 'delay.level-00': 31, 'orders.returning': 4 });
    expect(valuesOf(measured, 'orders.returning')).toBeUndefined();
  });
});

describe('metrics of the broker', () => {
  it('are those of the node that is worst off', () => {
    const nodes = [
      node('a', { memoryUsed: 5 }),
      node('b', { diskFree: 11, diskAlarm: true }),
      { name: 'c', running: false },
    ];
    expect(valuesOf(measure(sample({ nodes }), {}), 'broker')).toEqual({
      BrokerMemoryUsed: 50,
      BrokerDiskFreeRatio: 1.1,
      BrokerResourceAlarms: 1,
      BrokerNodesDown: 1,
      BrokerConnections: 4,
      BrokerQueuesDown: 0,
      DelayedMessages: 0,
      OverdueMessages: 0,
    });
  });
});
