import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectManager } from 'amqp-connection-manager';
import { connect } from 'amqplib';
import { Connection } from 'rabbitmq-client';
import { startBroker } from '../../../lib/platform/local/broker/running-broker.ts';
import { createPublisher } from '../../../lib/platform/runtime/amqp/amqp-publisher.ts';
import { connectionSettingsFromUrl } from '../../../lib/platform/runtime/amqp/connection-settings.ts';
import type { OutgoingMessage, PublishResult } from '../../../lib/platform/runtime/publisher.ts';
import { type Comparison, median } from './comparison.ts';
import { report } from './in-process.ts';

/**
 * Confirmed messages a second into a quorum queue over TLS: the publisher, a bare amqplib loop and two other clients, all with the same
 * messages and at most the same number of unconfirmed ones. In one process, in turns, each round beginning with another of them.
 */

const messagesPerRound = 10_000;
const singlesPerRound = 300;
const window = 1_000;
const rounds = 7;
const queue = 'bench';

const folder = mkdtempSync(join(tmpdir(), 'bench-publish-'));
const admin = { username: 'admin', password: randomBytes(12).toString('hex') };
const broker = await startBroker({ directory: join(folder, 'broker'), admin });
const ca = readFileSync(broker.caFile);
const url = `amqps://${admin.username}:${admin.password}@localhost:${broker.amqpsPort}/`;

const properties = (index: number) => ({
  messageId: `0193d3a2-7000-7000-8000-${String(index).padStart(12, '0')}`,
  type: 'order.placed',
  contentType: 'application/json',
  appId: 'bench',
});
const headers = { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' };
const body = Buffer.from(
  JSON.stringify({ type: 'order.placed', orderId: 'o-123456', customerId: 'c-1', note: 'x'.repeat(200) }),
);
const messages = Array.from(
  { length: messagesPerRound },
  (_, index): OutgoingMessage => ({
    exchange: '',
    routingKey: queue,
    properties: { ...properties(index), deliveryMode: 2 },
    headers,
    body,
  }),
);

const ours = createPublisher(connectionSettingsFromUrl(url, { ca }), { window, timeoutMilliseconds: 120_000 });
const expectConfirmed = (results: readonly PublishResult[]) => {
  const other = results.find(({ status }) => status !== 'confirmed');
  if (other) throw new Error(`not confirmed: ${JSON.stringify(other)}`);
};

const model = await connect(url, { noDelay: true, ca: [ca] });
const bare = await model.createConfirmChannel();
const bareOptions = (index: number) => ({ ...properties(index), headers, persistent: true, mandatory: true });
const bareLoop = (count: number): Promise<void> =>
  new Promise((resolve, reject) => {
    let sent = 0;
    let confirmed = 0;
    const pump = () => {
      for (; sent < count && sent - confirmed < window; sent += 1)
        bare.publish('', queue, body, bareOptions(sent), (error) => {
          if (error) return reject(error);
          confirmed += 1;
          if (confirmed === count) resolve();
          else pump();
        });
    };
    pump();
  });
const bareSingle = (index: number): Promise<void> =>
  new Promise((resolve, reject) => {
    bare.publish('', queue, body, bareOptions(index), (error) => (error ? reject(error) : resolve()));
  });

/** For clients with a promise for each message: as many callers as there may be unconfirmed messages. */
const withCallers = async (publish: (index: number) => Promise<unknown>): Promise<void> => {
  let next = 0;
  const caller = async () => {
    while (next < messagesPerRound) {
      next += 1;
      await publish(next - 1);
    }
  };
  await Promise.all(Array.from({ length: window }, caller));
};

const rabbitmqClient = new Connection({ url, tls: { ca }, noDelay: true });
const clientPublisher = rabbitmqClient.createPublisher({ confirm: true });
const manager = connectManager([url], { connectionOptions: { ca: [ca], noDelay: true } });
const managed = manager.createChannel({ confirm: true });

const contestants: Readonly<Record<string, { readonly messages: number; readonly run: () => Promise<unknown> }>> = {
  ours: { messages: messagesPerRound, run: async () => expectConfirmed(await ours.publish(messages)) },
  'ours, one at a time': {
    messages: singlesPerRound,
    run: async () => {
      for (const message of messages.slice(0, singlesPerRound)) expectConfirmed(await ours.publish([message]));
    },
  },
  'bare amqplib loop': { messages: messagesPerRound, run: () => bareLoop(messagesPerRound) },
  'bare amqplib, one at a time': {
    messages: singlesPerRound,
    run: async () => {
      for (let index = 0; index < singlesPerRound; index += 1) await bareSingle(index);
    },
  },
  'rabbitmq-client': {
    messages: messagesPerRound,
    run: () =>
      withCallers((index) =>
        clientPublisher.send(
          { ...properties(index), headers, exchange: '', routingKey: queue, durable: true, mandatory: true },
          body,
        ),
      ),
  },
  'amqp-connection-manager': {
    messages: messagesPerRound,
    run: () => withCallers((index) => managed.publish('', queue, body, bareOptions(index))),
  },
};

const { devDependencies } = JSON.parse(readFileSync(join(import.meta.dirname, '../../../package.json'), 'utf8')) as {
  readonly devDependencies: Readonly<Record<string, string>>;
};

try {
  await bare.assertQueue(queue, { durable: true, arguments: { 'x-queue-type': 'quorum' } });
  await managed.waitForConnect();
  const names = Object.keys(contestants);
  const rates = new Map(names.map((name) => [name, [] as number[]]));
  for (let round = 0; round <= rounds; round += 1) {
    for (const [turn] of names.entries()) {
      const name = names[(turn + round) % names.length] as keyof typeof contestants;
      const contestant = contestants[name];
      if (!contestant) throw new Error(`there is no ${name}`);
      const begun = performance.now();
      await contestant.run();
      const rate = (contestant.messages * 1000) / (performance.now() - begun);
      const { messageCount } = await bare.purgeQueue(queue);
      if (messageCount !== contestant.messages)
        throw new Error(`${name} published ${contestant.messages} messages; ${messageCount} are in the queue`);
      // The first round warms up.
      if (round > 0) rates.get(name)?.push(rate);
    }
  }
  const rate = (name: string): number => median(rates.get(name) ?? []);
  const compared = (name: string, label: string, goal?: Comparison['goal']): Comparison => ({
    name: `published to RabbitMQ ${broker.version} and confirmed, ${window} under way`,
    unit: 'messages/s',
    ours: rate('ours'),
    other: { name: label, value: rate(name) },
    ...(goal && { goal }),
  });
  report([
    compared('ours, one at a time', 'the same, one at a time', { of: 'ratio', atLeast: 10 }),
    compared('bare amqplib loop', 'bare amqplib loop', { of: 'ratio', atLeast: 0.9 }),
    ...['rabbitmq-client', 'amqp-connection-manager'].map((name) => compared(name, `${name} ${devDependencies[name]}`)),
    {
      name: 'one at a time',
      unit: 'messages/s',
      ours: rate('ours, one at a time'),
      other: { name: 'bare amqplib, one at a time', value: rate('bare amqplib, one at a time') },
    },
  ]);
} finally {
  await ours.close();
  await clientPublisher.close();
  await rabbitmqClient.close();
  await manager.close();
  await model.close();
  await broker.stop('kill');
  rmSync(folder, { recursive: true, force: true });
}
