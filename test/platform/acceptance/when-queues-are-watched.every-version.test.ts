import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it, jest } from '@jest/globals';
import amqp from 'amqplib';
import { type BrokerSample, readBroker } from '../../../lib/platform/operations/queue-metrics/broker-sample.ts';
import { measure } from '../../../lib/platform/operations/queue-metrics/metric-records.ts';
import { ManagementClient } from '../../../lib/platform/operations/topology/management-client.ts';
import { delayRoute } from '../../../lib/platform/topology/delay.ts';
import { applied } from '../support/applied-topology.ts';
import { sharedBroker } from '../support/test-broker.ts';

jest.setTimeout(90_000);

const broker = await sharedBroker();
const topology = await applied(broker, {
  exchanges: { events: { type: 'topic' } },
  consumers: {
    orders: { bindings: [{ exchange: 'events', routingKey: '#' }] },
    full: { bindings: [], maxLength: 1 },
  },
  publishers: {},
});
const user = `${topology.userPrefix}monitoring`;
const client = new ManagementClient({
  url: `https://localhost:${broker.managementPort}`,
  username: user,
  password: topology.passwords[user] ?? '',
  ca: readFileSync(broker.caFile, 'utf8'),
});

/** The first look that fulfils the condition: the broker's statistics are some seconds old. */
const look = async (what: string, condition: (sample: BrokerSample) => boolean): Promise<BrokerSample> => {
  const deadline = Date.now() + 100_000;
  for (;;) {
    const sample = await readBroker(client, topology.vhost);
    if (condition(sample)) return sample;
    if (Date.now() > deadline) throw new Error(`not within 100 s: ${what}; last ${JSON.stringify(sample)}`);
    await wait(500);
  }
};
const orders = ({ queues }: BrokerSample) => queues.find(({ name }) => name === 'orders');
const metrics = ({ records }: ReturnType<typeof measure>) =>
  Object.fromEntries(
    Object.entries(records.find(({ dimensions }) => dimensions.queue === 'orders')?.metrics ?? {}).map(
      ([name, { value }]) => [name, value],
    ),
  );

describe('when queues are watched by the user for monitoring', () => {
  it('counts and ages are those of the messages that went through', async () => {
    const connection = await amqp.connect(topology.amqpUrl());
    const channel = await connection.createConfirmChannel();
    for (let i = 0; i < 10; i++) channel.publish('events', 'x', Buffer.from('x'), { persistent: true });
    await channel.waitForConfirms();
    const first = await look(
      '10 messages',
      (sample) => orders(sample)?.ready === 10 && orders(sample)?.published === 10,
    );
    const known = measure(first, {});

    await channel.prefetch(4);
    const taken: amqp.ConsumeMessage[] = [];
    await channel.consume('orders', (message) => void (message && taken.push(message)));
    while (taken.length < 4) await wait(20);
    const held = await look(
      '4 held',
      (sample) => orders(sample)?.unacknowledged === 4 && orders(sample)?.consumers === 1,
    );
    expect(metrics(measure(held, known.tracks))).toMatchObject({
      MessagesReady: 6,
      MessagesUnacknowledged: 4,
      Consumers: 1,
      OldestMessageAge: (held.at - first.at) / 1000,
    });

    while (taken.length > 0) {
      channel.ack(taken.shift() as amqp.ConsumeMessage);
      await wait(20);
    }
    const empty = await look(
      'empty',
      (sample) =>
        orders(sample)?.departed === 10 && orders(sample)?.ready === 0 && orders(sample)?.unacknowledged === 0,
    );
    const seconds = (empty.at - first.at) / 1000;
    expect(metrics(measure(empty, known.tracks))).toMatchObject({
      MessagesReady: 0,
      MessagesUnacknowledged: 0,
      OldestMessageAge: 0,
      AcknowledgeRate: expect.closeTo(10 / seconds, 3),
      PublishRate: 0,
    });
    await connection.close();
  });

  it('a delay that is over and whose queue is full is seen to be overdue', async () => {
    const connection = await amqp.connect(topology.amqpUrl());
    const channel = await connection.createConfirmChannel();
    const { exchange, routingKey } = delayRoute(1, 'full');
    for (let i = 0; i < 100; i++) channel.publish(exchange, routingKey, Buffer.from('x'), { persistent: true });
    await channel.waitForConfirms();
    const overdue = (sample: BrokerSample) =>
      measure(sample, {}).records.find(({ dimensions }) => dimensions.component === 'broker')?.metrics.OverdueMessages
        ?.value ?? 0;
    const sample = await look('more than the broker hands on at a time', (found) => overdue(found) > 32);
    expect(overdue({ ...sample, queues: sample.queues.filter(({ name }) => name !== 'full.returning') })).toBe(0);
    await connection.close();
  });

  it('nodes tell their memory and disk', async () => {
    const sample = await look('node statistics', ({ nodes }) => nodes.every(({ memoryUsed }) => memoryUsed));
    expect(sample.nodes).toEqual([
      expect.objectContaining({ running: true, memoryAlarm: false, diskAlarm: false, diskFree: expect.any(Number) }),
    ]);
    client.close();
  });
});
