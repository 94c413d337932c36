import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from '@jest/globals';
import amqp, { type Channel, type ConfirmChannel } from 'amqplib';
import type { TopologyDeclaration } from '../../../lib/platform/topology/declaration.ts';
import { Random } from '../simulation/engine/random.ts';
import { Scheduler } from '../simulation/engine/scheduler.ts';
import { SimulatedProcess } from '../simulation/engine/simulated-process.ts';
import type { Entry } from '../simulation/rabbitmq/quorum-queue.ts';
import { Broker, type BrokerVersion } from '../simulation/rabbitmq/simulated-broker.ts';
import { type AppliedTopology, applied } from '../support/applied-topology.ts';
import { sharedBroker } from '../support/test-broker.ts';

const declaration: TopologyDeclaration = {
  exchanges: { events: { type: 'topic' } },
  consumers: {
    orders: { bindings: [{ exchange: 'events', routingKey: 'order.*' }], deliveryLimit: 2 },
    audit: { bindings: [{ exchange: 'events', routingKey: '#' }] },
    small: { bindings: [{ exchange: 'events', routingKey: '*.small.#' }], maxLength: 5 },
  },
  publishers: {},
};
const queues = ['orders', 'orders.dead-letter', 'audit', 'small'] as const;

/** One thing to do, and what can be seen of it at once. */
type Operation =
  | { readonly what: 'publish'; readonly exchange: string; readonly routingKey: string; readonly id: string }
  | { readonly what: 'take'; readonly queue: string; readonly settle: 'ack' | 'requeue' | 'reject' | 'drop' };

function drawOperations(seed: number, count: number): Operation[] {
  const random = new Random(seed, 'rabbitmq truth');
  const keys = ['order.placed', 'order.small', 'user.small.x.y', 'small', 'order.placed.late', 'other'] as const;
  return Array.from(
    { length: count },
    (_, index): Operation =>
      random.chance(0.6)
        ? random.chance(0.8)
          ? { what: 'publish', exchange: 'events', routingKey: random.pick([...keys]), id: `m${index}` }
          : { what: 'publish', exchange: '', routingKey: random.pick(['orders', 'small', 'nowhere']), id: `m${index}` }
        : {
            what: 'take',
            queue: random.pick(['orders', 'orders', 'small', 'audit']),
            settle: random.pick(['ack', 'requeue', 'requeue', 'reject', 'drop']),
          },
  );
}

describe('when the simulation models a broker', () => {
  let topology: AppliedTopology;
  beforeAll(async () => {
    topology = await applied(await sharedBroker(), declaration);
  }, 180_000);

  it('the model routes, refuses, counts deliveries and buries messages as RabbitMQ does', async () => {
    const { rabbitmq_version: version } = await topology.client.get<{ rabbitmq_version: string }>(['overview']);
    const operations = drawOperations(11, 160);
    const real = await onRabbitMq(topology.amqpUrl(), operations);
    const model = await onModel(topology, version.startsWith('3.') ? '3.10' : '4.2', operations);
    const shown = (outcomes: readonly unknown[]): unknown[] =>
      operations.map((operation, index) => ({ ...operation, outcome: outcomes[index] }));
    expect(shown(model.outcomes)).toEqual(shown(real.outcomes));
    expect(model.left).toEqual(real.left);
    expect(new Set(real.outcomes)).toEqual(new Set([...new Set(real.outcomes), 'confirmed', 'refused', 'unroutable']));
  }, 180_000);
});

interface Outcomes {
  readonly outcomes: readonly string[];
  /** Ids by queue, in order. */
  readonly left: Readonly<Record<string, readonly string[]>>;
}

async function onRabbitMq(url: string, operations: readonly Operation[]): Promise<Outcomes> {
  const connection = await amqp.connect(url, { noDelay: true });
  try {
    const channel = await connection.createConfirmChannel();
    const outcomes: string[] = [];
    for (const operation of operations)
      outcomes.push(
        operation.what === 'publish' ? await published(channel, operation) : await taken(channel, operation),
      );
    await sleep(500);
    const left = Object.fromEntries(
      await Promise.all(queues.map(async (queue) => [queue, await drained(channel, queue)])),
    );
    return { outcomes, left };
  } finally {
    await connection.close();
  }
}

function published(
  channel: ConfirmChannel,
  { exchange, routingKey, id }: Extract<Operation, { what: 'publish' }>,
): Promise<string> {
  let isReturned = false;
  channel.once('return', () => {
    isReturned = true;
  });
  return new Promise((resolve) => {
    channel.publish(
      exchange,
      routingKey,
      Buffer.from(id),
      { messageId: id, mandatory: true, persistent: true },
      (error) => {
        channel.removeAllListeners('return');
        resolve(error ? 'refused' : isReturned ? 'unroutable' : 'confirmed');
      },
    );
  });
}

async function taken(channel: Channel, { queue, settle }: Extract<Operation, { what: 'take' }>): Promise<string> {
  const message = await channel.get(queue);
  if (!message) return 'empty';
  if (settle === 'ack') channel.ack(message);
  else if (settle === 'drop') channel.nack(message, false, false);
  else if (settle === 'requeue') channel.nack(message, false, true);
  else channel.reject(message, true);
  // Settling has no answer: what comes after it on the same channel sees its effect once the queue has it.
  await sleep(20);
  const count = (message.properties.headers as Record<string, unknown> | undefined)?.['x-delivery-count'] ?? 0;
  return `${message.properties.messageId}, came back ${count} times`;
}

async function drained(channel: Channel, queue: string): Promise<string[]> {
  const ids: string[] = [];
  for (let message = await channel.get(queue); message; message = await channel.get(queue)) {
    ids.push(String(message.properties.messageId));
    channel.ack(message);
  }
  return ids;
}

async function onModel(
  { topology }: AppliedTopology,
  version: BrokerVersion,
  operations: readonly Operation[],
): Promise<Outcomes> {
  const scheduler = new Scheduler(Date.UTC(2030, 0, 1), new Random(1));
  const broker = new Broker(topology, version, scheduler);
  const client = new SimulatedProcess('the client', scheduler);
  const pause = (milliseconds: number): Promise<void> => client.settle(milliseconds, () => undefined);
  const outcomes: string[] = [];
  const take = async (queue: string, settle: 'ack' | 'requeue' | 'reject' | 'drop'): Promise<string | undefined> => {
    let got: Entry | undefined;
    const subscription = broker.queue(queue).consume({
      // As `basic.get`: one, and no other once that is settled.
      get prefetch() {
        return got ? 0 : 1;
      },
      deliver: (entry) => {
        got ??= entry;
      },
    });
    await pause(1);
    const entry = got;
    const count = entry?.returns ?? 0;
    if (entry && settle === 'ack') subscription.ack(entry);
    else if (entry && settle === 'drop') subscription.drop(entry);
    subscription.detach(entry && settle === 'requeue' ? 'requeued' : 'rejected');
    await pause(20);
    return entry && `${entry.message.properties.messageId}, came back ${count} times`;
  };
  const work = async (): Promise<Outcomes> => {
    for (const operation of operations)
      if (operation.what === 'publish') {
        const { exchange, routingKey, id } = operation;
        const properties = { messageId: id };
        outcomes.push(broker.publish({ exchange, routingKey, properties, headers: {}, body: Buffer.from(id) }));
        await pause(1);
      } else outcomes.push((await take(operation.queue, operation.settle)) ?? 'empty');
    await pause(500);
    const left: Record<string, readonly string[]> = {};
    for (const queue of queues) {
      const ids: string[] = [];
      for (let id = await take(queue, 'ack'); id; id = await take(queue, 'ack')) ids.push(id.replace(/,.*/, ''));
      left[queue] = ids;
    }
    return { outcomes, left };
  };
  let isOver = false;
  let result: Outcomes | undefined;
  client.clock.after(0, () => {
    void work().then((outcome) => {
      result = outcome;
      isOver = true;
    });
  });
  await scheduler.run(Number.POSITIVE_INFINITY, () => isOver);
  if (!result) throw new Error('the model did not come to an end');
  return result;
}
