import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { type ChannelModel, type ConfirmChannel, connect } from 'amqplib';
import type { LocalRunEvent } from '../../../lib/platform/local/events.ts';
import { TcpProxy } from '../../../lib/platform/local/faults/tcp-proxy.ts';
import { bodyFilter } from '../../../lib/platform/local/mapping/body-filter.ts';
import { failureVerbs } from '../../../lib/platform/local/mapping/failure-verb.ts';
import { LocalMapping, type MappingSettings } from '../../../lib/platform/local/mapping/local-mapping.ts';
import type { InvocationResult } from '../../../lib/platform/local/runtime/invocation.ts';
import { sharedBroker, type TestVhost } from '../support/test-broker.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

jest.setTimeout(30_000);
const broker = await sharedBroker();
const authorization = `Basic ${Buffer.from(`${broker.admin.username}:${broker.admin.password}`).toString('base64')}`;
const succeeded: InvocationResult = { status: 'succeeded', payload: 'null' };
const failed: InvocationResult = { status: 'failed', error: { errorType: 'Error', errorMessage: 'not today' } };

let vhost: TestVhost;
let connection: ChannelModel;
let channel: ConfirmChannel;
const cleanUps: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  vhost = await broker.vhost();
  connection = await connect(vhost.amqpUrl, { noDelay: true });
  // The vhost is deleted at the end of the file, and the broker then closes the connection.
  connection.on('error', () => undefined);
  channel = await connection.createConfirmChannel();
  channel.on('error', () => undefined);
}, 180_000);
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

let count = 0;
const makeQueue = async (): Promise<string> => {
  count += 1;
  const { queue } = await channel.assertQueue(`work-${count}`, {
    durable: true,
    arguments: { 'x-queue-type': 'quorum' },
  });
  return queue;
};
const publish = async (queue: string, bodies: readonly string[]): Promise<void> => {
  for (const body of bodies)
    channel.sendToQueue(queue, Buffer.from(body), { persistent: true, messageId: body, headers: { colour: 'grün' } });
  await channel.waitForConfirms();
};
/** Through the management API: amqplib can write headers that are nested so deeply no more than it can read them. */
const publishNested = async (queue: string, payload: string): Promise<void> => {
  const depth = 9000;
  const headers = `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
  const message = `{"routing_key":"${queue}","payload":"${payload}","payload_encoding":"string","properties":{"headers":${headers}}}`;
  const exchange = `${vhost.adminUrl}/api/exchanges/${encodeURIComponent(vhost.name)}/amq.default/publish`;
  const response = await fetch(exchange, {
    method: 'POST',
    headers: { authorization, connection: 'close' },
    body: message,
  });
  expect(await response.json()).toEqual({ routed: true });
};
const waiting = async (queue: string): Promise<number> => (await channel.checkQueue(queue)).messageCount;
const until = async (what: string, condition: () => boolean | Promise<boolean>): Promise<void> => {
  const deadline = Date.now() + 100_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`not within 100 s: ${what}`);
    await wait(25);
  }
};

interface Started {
  readonly mapping: LocalMapping;
  /** Bodies of each batch, in order. */
  readonly batches: string[][];
  readonly events: LocalRunEvent[];
  readonly payloads: string[];
}
const start = async (
  queue: string,
  answer: (bodies: string[], call: number) => InvocationResult | Promise<InvocationResult>,
  settings: Partial<MappingSettings> = {},
): Promise<Started> => {
  const batches: string[][] = [];
  const events: LocalRunEvent[] = [];
  const payloads: string[] = [];
  const target = {
    name: 'worker',
    invoke: async (payload: string) => {
      const records: { data: string }[] = JSON.parse(payload).rmqMessagesByQueue[`${queue}::${vhost.name}`];
      const bodies = records.map(({ data }) => Buffer.from(data, 'base64').toString());
      batches.push(bodies);
      payloads.push(payload);
      return answer(bodies, batches.length);
    },
  };
  const mapping = new LocalMapping(
    {
      queue,
      vhost: vhost.name,
      eventSourceArn: 'arn:aws:mq:us-east-1:000000000000:broker:b:b-1',
      batchSize: 10,
      windowMilliseconds: 100,
      failureVerb: 'nack',
      backoffMilliseconds: { base: 20, cap: 100 },
      login: () => broker.admin,
      broker: { protocol: 'amqps', host: 'localhost', port: broker.amqpsPort, ca: readFileSync(broker.caFile, 'utf8') },
      ...settings,
    },
    target,
    (event) => events.push(event),
  );
  cleanUps.push(() => mapping.stop());
  await mapping.start();
  return { mapping, batches, events, payloads };
};

const numbered = (length: number): string[] => Array.from({ length }, (_, index) => `m-${index}`);

describe('a mapping', () => {
  it('hands over everything once, in order, in batches no larger than asked, over TLS', async () => {
    const queue = await makeQueue();
    await publish(queue, numbered(25));
    const { batches, payloads } = await start(queue, () => succeeded);
    await until('25 messages', () => batches.flat().length === 25);
    expect(batches.map((batch) => batch.length)).toEqual([10, 10, 5]);
    expect(batches.flat()).toEqual(numbered(25));
    const record = JSON.parse(payloads[0] ?? '').rmqMessagesByQueue[`${queue}::${vhost.name}`][0];
    expect(record).toMatchObject({
      basicProperties: {
        messageId: 'm-0',
        deliveryMode: 2,
        headers: { colour: { bytes: [103, 114, -61, -68, 110] } },
        contentType: null,
        bodySize: 3,
      },
      redelivered: false,
    });
    await until('an empty queue', async () => (await waiting(queue)) === 0);
  });

  it('acknowledges what its filter does not let through, and nobody gets it, ever', async () => {
    const queue = await makeQueue();
    await publish(queue, ['{"type":"a"}', '{"type":"b"}', 'plain', '{"type":"b"}', '{"type":"a"}']);
    const { batches, mapping } = await start(queue, () => succeeded, {
      accepts: bodyFilter(['{"data":{"type":["a"]}}']),
    });
    await until('an empty queue', async () => (await waiting(queue)) === 0 && batches.flat().length === 3);
    expect(batches.flat()).toEqual(['{"type":"a"}', 'plain', '{"type":"a"}']);
    // Unacknowledged messages would come back now.
    await mapping.stop();
    expect(await waiting(queue)).toBe(0);
  });

  it('invokes its function for one batch at a time', async () => {
    const queue = await makeQueue();
    await publish(queue, numbered(50));
    let running = 0;
    let most = 0;
    const { batches } = await start(queue, async () => {
      running += 1;
      most = Math.max(most, running);
      await wait(20);
      running -= 1;
      return succeeded;
    });
    await until('50 messages', () => batches.flat().length === 50);
    expect(most).toBe(1);
  });

  it.each(failureVerbs)('hands the whole batch over again after a failure: %s', async (failureVerb) => {
    const queue = await makeQueue();
    await publish(queue, numbered(15));
    const done: string[] = [];
    const { batches } = await start(
      queue,
      (bodies, call) => {
        if (call <= 3) return failed;
        done.push(...bodies);
        return succeeded;
      },
      { failureVerb },
    );
    await until('all messages done', () => new Set(done).size === 15);
    expect(done.toSorted()).toEqual(numbered(15).toSorted());
    if (failureVerb === 'memory') expect(batches.slice(0, 4)).toEqual(Array.from({ length: 4 }, () => numbered(10)));
    await until('an empty queue', async () => (await waiting(queue)) === 0);
  });

  it('takes nothing while it is paused, keeps nothing back, and goes on when resumed', async () => {
    const queue = await makeQueue();
    const { mapping, batches } = await start(queue, async () => {
      await wait(100);
      return succeeded;
    });
    await publish(queue, numbered(30));
    await until('a first batch', () => mapping.inFlight > 0);
    await mapping.pause();
    const before = batches.flat().length;
    expect(mapping.inFlight).toBe(0);
    await until('the rest back in the queue', async () => (await waiting(queue)) === 30 - before);
    await mapping.resume();
    await until('30 messages', () => new Set(batches.flat()).size === 30);
    expect(batches.flat()).toHaveLength(30);
  });

  it('returns the batch of a function that is still at work when it is stopped', async () => {
    const queue = await makeQueue();
    await publish(queue, numbered(3));
    const { mapping } = await start(queue, () => new Promise(() => undefined));
    await until('a batch under way', () => mapping.inFlight === 3);
    await mapping.stop(100);
    await until('the messages back in the queue', async () => (await waiting(queue)) === 3);
  });

  it('is disabled with the reason when its queue does not exist, and works once it does', async () => {
    const { mapping, batches, events } = await start('missing-queue', () => succeeded);
    expect(mapping.state).toBe('Disabled');
    expect(mapping.reason).toMatch(/^ESM_CONFIG_NOT_VALID: .*no queue 'missing-queue'/);
    expect(events).toContainEqual(
      expect.objectContaining({ type: 'mapping', state: 'Disabled', queue: 'missing-queue' }),
    );
    await channel.assertQueue('missing-queue', { durable: true, arguments: { 'x-queue-type': 'quorum' } });
    await publish('missing-queue', ['late']);
    await mapping.resume();
    await until('the message', () => batches.flat().includes('late'));
  });

  it('is disabled with the reason when its password is wrong', async () => {
    const { mapping } = await start(await makeQueue(), () => succeeded, {
      login: () => ({ username: 'nobody', password: 'wrong' }),
    });
    expect(mapping.state).toBe('Disabled');
    expect(mapping.reason).toContain('EVENT_SOURCE_AUTHN_ERROR');
  });

  it('connects again when its connection is cut, and loses nothing', async () => {
    const queue = await makeQueue();
    const done = new Set<string>();
    const { mapping } = await start(queue, async (bodies) => {
      await wait(50);
      for (const body of bodies) done.add(body);
      return succeeded;
    });
    await publish(queue, numbered(20));
    await until('work has begun', () => mapping.inFlight > 0);
    const api = `${vhost.adminUrl}/api`;
    const mine = async (): Promise<string[]> => {
      const listed = (await (
        await fetch(`${api}/vhosts/${encodeURIComponent(vhost.name)}/connections`, {
          headers: { authorization, connection: 'close' },
        })
      ).json()) as {
        name: string;
        client_properties?: { connection_name?: string };
      }[];
      return listed
        .filter((each) => each.client_properties?.connection_name === `event source mapping of ${queue}`)
        .map(({ name }) => name);
    };
    await until('the connection is listed', async () => (await mine()).length > 0);
    for (const name of await mine())
      await fetch(`${api}/connections/${encodeURIComponent(name)}`, {
        method: 'DELETE',
        headers: { authorization, connection: 'close' },
      });
    await until('connected again', () => mapping.state === 'Reconnecting' || mapping.state === 'Enabled');
    await publish(queue, ['after']);
    await until('everything done', () => done.size === 21);
    expect(mapping.state).toBe('Enabled');
    await until('an empty queue', async () => (await waiting(queue)) === 0);
  });

  it('hands over what no JavaScript date holds, and sets aside what cannot be decoded, with the reason; nobody else notices', async () => {
    const queue = await makeQueue();
    const microseconds = { '!': 'timestamp', value: 1_732_400_000_000_000 };
    await publish(queue, ['before']);
    channel.sendToQueue(queue, Buffer.from('microseconds'), {
      timestamp: microseconds.value,
      headers: { microseconds },
    });
    await publishNested(queue, 'nested');
    await publishNested(queue, '');
    await publish(queue, ['after']);
    const { mapping, batches, events, payloads } = await start(queue, () => succeeded);
    await until('an empty queue', async () => (await waiting(queue)) === 0 && batches.flat().length === 3);
    expect(batches.flat()).toEqual(['before', 'microseconds', 'after']);
    expect(payloads.join()).toContain('"timestamp":"Aug 3, 54899540, 10:13:20 PM"');
    expect(payloads.join()).not.toContain('"redelivered":true');
    const refused = { type: 'record-refused', queue, reason: 'its headers cannot be decoded: nested too deeply' };
    expect(events.filter(({ type }) => type === 'record-refused')).toMatchObject([refused, refused]);
    expect(events.filter(({ type }) => type === 'mapping')).toHaveLength(1);
    await mapping.stop();
    expect(await waiting(queue)).toBe(0);
  });

  it('waits longer each time before it connects again, as long as no connection leads to a batch', async () => {
    const proxy = await TcpProxy.start(broker.amqpPort);
    cleanUps.push(() => proxy.stop());
    const clock = new VirtualClock();
    const { mapping } = await start(await makeQueue(), () => succeeded, {
      broker: { protocol: 'amqp', host: '127.0.0.1', port: proxy.port },
      clock,
    });
    for (const milliseconds of [200, 400, 800]) {
      const connections = proxy.accepted;
      proxy.rst();
      await until('a wait', () => mapping.state === 'Reconnecting' && clock.waiting > 0);
      await clock.advance(milliseconds - 1);
      expect(proxy.accepted).toBe(connections);
      await clock.advance(1);
      await until('connected again', () => mapping.state === 'Enabled');
    }
  });
});
