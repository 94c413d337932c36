import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from 'amqplib';
import { FunctionEnvironment } from '../../../lib/platform/config/function-environment.ts';
import { bundleFunction } from '../../../lib/platform/constructs/bundle/bundle.ts';
import { startBroker } from '../../../lib/platform/local/broker/running-broker.ts';
import type { LocalRunEvent } from '../../../lib/platform/local/events.ts';
import { LocalMapping } from '../../../lib/platform/local/mapping/local-mapping.ts';
import { LocalFunction } from '../../../lib/platform/local/runtime/local-function.ts';
import { type Comparison, median } from './comparison.ts';
import { report } from './in-process.ts';
import { orderBodies } from './order-bodies.ts';

/**
 * Messages per second from a quorum queue through the local event source mapping into a bundled function without claims, beside an
 * amqplib consumer that acknowledges each message and does nothing else. Same broker, same contents, both over TLS, in turns.
 */

const messagesPerRound = 10_000;
const rounds = 5;
const roundMilliseconds = 30_000;
const batchSizes = [100, 1_000];
const queue = 'bench';

const folder = mkdtempSync(join(tmpdir(), 'bench-end-to-end-'));
const admin = { username: 'admin', password: randomBytes(12).toString('hex') };
const broker = await startBroker({ directory: join(folder, 'broker'), admin });
const ca = readFileSync(broker.caFile, 'utf8');
const address = { protocol: 'amqps', host: broker.host, port: broker.amqpsPort, ca } as const;
const open = () =>
  connect(
    { protocol: 'amqps', hostname: address.host, port: address.port, ...admin, vhost: '/' },
    { noDelay: true, ca: [ca] },
  );

const code = join(folder, 'function');
bundleFunction(join(import.meta.dirname, 'count-orders/handler.ts'), code);
const target = new LocalFunction(
  {
    name: 'bench',
    arn: 'arn:aws:lambda:eu-west-1:111122223333:function:bench',
    runtime: 'nodejs24.x',
    code,
    handler: 'index.handler',
    timeoutSeconds: 60,
    memoryMegabytes: 512,
    environment: {
      [FunctionEnvironment.brokerEndpoints]: `amqps://${broker.host}:${broker.amqpsPort}`,
      [FunctionEnvironment.brokerSecretArn]: 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:bench',
      [FunctionEnvironment.brokerVhost]: '/',
    },
    logGroup: '/aws/lambda/bench',
    logFormat: 'JSON',
  },
  () => ({
    awsEndpoint: 'http://127.0.0.1:1',
    caFile: broker.caFile,
    credentials: { accessKeyId: 'bench', secretAccessKey: 'bench' },
  }),
  { line: () => {} },
);

const fill = async (): Promise<void> => {
  const connection = await open();
  const channel = await connection.createConfirmChannel();
  await channel.assertQueue(queue, { durable: true, arguments: { 'x-queue-type': 'quorum' } });
  // A channel that closes right behind its last acknowledgements takes some of them with it.
  await channel.purgeQueue(queue);
  for (let sent = 0; sent < messagesPerRound; sent += 1) {
    channel.sendToQueue(queue, orderBodies[sent % orderBodies.length] ?? Buffer.alloc(0), {
      messageId: `m-${sent}`,
      type: 'order.placed',
      contentType: 'application/json',
      persistent: true,
    });
  }
  await channel.waitForConfirms();
  await connection.close();
};

const drainBare = async (): Promise<void> => {
  const connection = await open();
  const channel = await connection.createChannel();
  await channel.prefetch(1_000);
  await new Promise<void>((resolve, reject) => {
    let received = 0;
    channel
      .consume(queue, (message) => {
        if (!message) return reject(new Error('the broker cancelled the consumer'));
        channel.ack(message);
        received += 1;
        if (received === messagesPerRound) resolve();
      })
      .catch(reject);
  });
  await connection.close();
};

const drainThroughMapping = async (batchSize: number): Promise<void> => {
  const handled = Promise.withResolvers<void>();
  let records = 0;
  const watch = (event: LocalRunEvent) => {
    if (event.type !== 'batch') return;
    if (event.error) return handled.reject(new Error(`${event.error.errorType}: ${event.error.errorMessage}`));
    records += event.records;
    if (records >= messagesPerRound) handled.resolve();
  };
  const mapping = new LocalMapping(
    {
      queue,
      vhost: '/',
      eventSourceArn: 'arn:aws:mq:eu-west-1:111122223333:broker:bench:b-1',
      batchSize,
      windowMilliseconds: 0,
      failureVerb: 'nack',
      login: () => admin,
      broker: address,
    },
    target,
    watch,
  );
  await mapping.start();
  await handled.promise;
  await mapping.stop();
};

/** @throws Error when the round does not end in time */
const perSecond = async (drain: () => Promise<void>): Promise<number> => {
  await fill();
  const tooLong = new AbortController();
  const begun = performance.now();
  await Promise.race([
    drain(),
    sleep(roundMilliseconds, undefined, { signal: tooLong.signal }).then(() => {
      throw new Error(`a round took longer than ${roundMilliseconds} ms`);
    }),
  ]);
  const milliseconds = performance.now() - begun;
  tooLong.abort();
  return (messagesPerRound * 1_000) / milliseconds;
};

try {
  await target.warm();
  const bare: number[] = [];
  const mapped = new Map(batchSizes.map((batchSize) => [batchSize, [] as number[]]));
  for (let round = 0; round <= rounds; round += 1) {
    const rates = { bare: await perSecond(drainBare), mapped: [] as [number, number][] };
    for (const batchSize of batchSizes)
      rates.mapped.push([batchSize, await perSecond(() => drainThroughMapping(batchSize))]);
    // The first round warms up.
    if (round === 0) continue;
    bare.push(rates.bare);
    for (const [batchSize, rate] of rates.mapped) mapped.get(batchSize)?.push(rate);
  }
  report(
    [...mapped].map(
      ([batchSize, rates]): Comparison => ({
        name: `end to end over RabbitMQ ${broker.version}, batches of ${batchSize}`,
        unit: 'messages/s',
        ours: median(rates),
        other: { name: 'amqplib, consume and acknowledge', value: median(bare) },
        goal: { of: 'ratio', atLeast: 0.4 },
      }),
    ),
  );
} finally {
  await target.stop();
  await broker.stop('kill');
  rmSync(folder, { recursive: true, force: true });
}
