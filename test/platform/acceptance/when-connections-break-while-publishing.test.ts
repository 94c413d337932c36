import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Channel } from 'amqplib';
import { TcpProxy } from '../../../lib/platform/local/faults/tcp-proxy.ts';
import { BacklogFullError, DeadlineError, PublisherClosedError } from '../../../lib/platform/runtime/publish-errors.ts';
import { afterwards, emptyQueue, errorOf, idsIn, message, publisherTo, statuses } from '../support/publish-setting.ts';
import { type BrokerAddress, sharedBroker, type TestVhost, type VhostMaker } from '../support/test-broker.ts';

let broker: BrokerAddress & VhostMaker;
let vhost: TestVhost;
let channel: Channel;
let proxy: TcpProxy;

beforeAll(async () => {
  broker = await sharedBroker();
  vhost = await broker.vhost();
}, 100_000);

beforeEach(async () => {
  channel = await emptyQueue(vhost, 'work');
  proxy = await startProxy();
});

async function startProxy(): Promise<TcpProxy> {
  const started = await TcpProxy.start(broker.amqpsPort);
  afterwards(() => started.stop());
  return started;
}

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const numbered = (count: number) => Array.from({ length: count }, (_, index) => message(index, 'work'));

describe('when the connection breaks while publishing', () => {
  it.each(['fin', 'rst'] as const)(
    'sends again what had no answer after a %s: all is confirmed and in the queue',
    async (how) => {
      const publisher = publisherTo(broker, vhost, { ports: [proxy.port], window: 200 });
      await publisher.publish([message('first', 'work')]);
      const results = publisher.publish(numbered(3000));
      for (let cut = 0; cut < 3; cut++) {
        await pause(40);
        proxy[how]();
      }
      expect(new Set(statuses(await results))).toEqual(new Set(['confirmed']));
      expect(new Set(await idsIn(channel, 'work')).size).toBe(3001);
      expect(proxy.accepted).toBeGreaterThan(1);
      expect(publisher.logged).toContain('connection to the broker lost');
    },
  );

  it('notices between two calls that the connection is gone and connects again', async () => {
    const publisher = publisherTo(broker, vhost, { ports: [proxy.port] });
    await publisher.publish([message(1, 'work')]);
    proxy.fin();
    await pause(50);
    expect(statuses(await publisher.publish([message(2, 'work')]))).toEqual(['confirmed']);
    expect(proxy.accepted).toBe(2);
  });

  it('gives a half-open connection up when the broker owes answers for too long, and confirms over a new one', async () => {
    const publisher = publisherTo(broker, vhost, { ports: [proxy.port], confirmTimeoutMilliseconds: 400 });
    await publisher.publish([message(1, 'work')]);
    proxy.blackHole();
    const startedAt = Date.now();
    expect(statuses(await publisher.publish(numbered(100)))).toEqual(Array(100).fill('confirmed'));
    expect(Date.now() - startedAt).toBeLessThan(2500);
    expect(proxy.accepted).toBe(2);
  });

  it('says at the deadline that a message without an answer may have arrived, and goes on afterwards', async () => {
    const publisher = publisherTo(broker, vhost, { ports: [proxy.port], confirmTimeoutMilliseconds: 1000 });
    await publisher.publish([message(1, 'work')]);
    proxy.blackHole();
    const startedAt = Date.now();
    const [late] = await publisher.publish([message(2, 'work')], { deadline: Date.now() + 300 });
    expect(Date.now() - startedAt).toBeLessThan(600);
    expect(late).toMatchObject({ status: 'failed', error: expect.any(DeadlineError), mayHaveArrived: true });
    expect(statuses(await publisher.publish([message(3, 'work')]))).toEqual(['confirmed']);
  });

  it('says that nothing arrived when no broker could be reached by the deadline, and why', async () => {
    proxy.refusing = true;
    const publisher = publisherTo(broker, vhost, { ports: [proxy.port] });
    const results = await publisher.publish(numbered(10), { deadline: Date.now() + 400 });
    for (const result of results) {
      expect(result).toMatchObject({ status: 'failed', mayHaveArrived: false });
      expect(errorOf(result)).toMatch(/^DeadlineError: not published by the deadline: cannot connect to amqps:/);
    }
    proxy.refusing = false;
    expect(statuses(await publisher.publish([message('later', 'work')]))).toEqual(['confirmed']);
    expect(await idsIn(channel, 'work')).toEqual(['later']);
  });

  it('sends nothing once the deadline has passed, and takes its time when there is none to speak of', async () => {
    const publisher = publisherTo(broker, vhost, { ports: [proxy.port] });
    const [late] = await publisher.publish([message('late', 'work')], { deadline: Date.now() - 1 });
    expect(late).toMatchObject({ status: 'failed', error: expect.any(DeadlineError), mayHaveArrived: false });
    const unhurried = await publisher.publish([message('unhurried', 'work')], { deadline: Number.POSITIVE_INFINITY });
    expect(statuses(unhurried)).toEqual(['confirmed']);
    expect(await idsIn(channel, 'work')).toEqual(['unhurried']);
  });

  it('waits for a broker that comes in time', async () => {
    proxy.refusing = true;
    const publisher = publisherTo(broker, vhost, { ports: [proxy.port] });
    const results = publisher.publish(numbered(10));
    await pause(500);
    proxy.refusing = false;
    expect(new Set(statuses(await results))).toEqual(new Set(['confirmed']));
  });

  it('bounds what waits for a broker that is away, with a clear error for what is too much', async () => {
    proxy.refusing = true;
    const publisher = publisherTo(broker, vhost, {
      ports: [proxy.port],
      backlogMessages: 100,
      timeoutMilliseconds: 300,
    });
    const calls = await Promise.all(
      Array.from({ length: 500 }, (_, index) => publisher.publish([message(index, 'work')])),
    );
    const tooMuch = calls.flat().filter((result) => 'error' in result && result.error instanceof BacklogFullError);
    expect(tooMuch).toHaveLength(400);
    expect(errorOf(tooMuch[0])).toContain('100 messages wait for the broker; the limit is 100 messages');
    expect(tooMuch[0]).toMatchObject({ mayHaveArrived: false });
    proxy.refusing = false;
    const later = await publisher.publish([message('later', 'work')], { deadline: Date.now() + 5000 });
    expect(statuses(later)).toEqual(['confirmed']);
  });

  it('bounds the bytes that wait, too, but takes any single call', async () => {
    proxy.refusing = true;
    const publisher = publisherTo(broker, vhost, { ports: [proxy.port], backlogBytes: 1000, timeoutMilliseconds: 200 });
    const body = Buffer.alloc(600);
    const [large, small] = await Promise.all([
      publisher.publish([message(1, 'work', { body }), message(2, 'work', { body })]),
      publisher.publish([message(3, 'work')]),
    ]);
    expect(errorOf(large[0])).toContain('DeadlineError');
    expect(errorOf(small[0])).toContain('1200 bytes wait for the broker; the limit is 1000 bytes');
  });

  it('goes to the next endpoint, and stays where it works', async () => {
    const [away, other] = [await startProxy(), await startProxy()];
    away.refusing = true;
    const publisher = publisherTo(broker, vhost, { ports: [away.port, proxy.port, other.port] });
    expect(statuses(await publisher.publish([message(1, 'work')]))).toEqual(['confirmed']);
    const [home, spare] = proxy.accepted === 1 ? [proxy, other] : [other, proxy];
    home.rst();
    await pause(50);
    expect(statuses(await publisher.publish([message(2, 'work')]))).toEqual(['confirmed']);
    expect([home.accepted, spare.accepted]).toEqual([2, 0]);
    home.refusing = true;
    home.rst();
    expect(statuses(await publisher.publish([message(3, 'work')]))).toEqual(['confirmed']);
    expect(spare.accepted).toBe(1);
  });

  it('finishes what is under way before it closes, and refuses what comes later', async () => {
    const publisher = publisherTo(broker, vhost, { ports: [proxy.port] });
    const results = publisher.publish(numbered(500));
    await publisher.close();
    expect(new Set(statuses(await results))).toEqual(new Set(['confirmed']));
    const [refused] = await publisher.publish([message(1, 'work')]);
    expect(refused).toMatchObject({ status: 'failed', error: expect.any(PublisherClosedError), mayHaveArrived: false });
  });
});

describe('when the process was frozen for longer than two heartbeats', () => {
  it('connects again before it publishes, though nobody told it that the connection is gone', async () => {
    const child = publishingProcess(proxy.port);
    expect(await ask(child)).toMatchObject({ status: 'confirmed', connected: 1 });
    // The broker's closing of its side must not reach the process: it has to notice by itself.
    proxy.blackHole();
    process.kill(child.pid as number, 'SIGSTOP');
    await pause(3000);
    process.kill(child.pid as number, 'SIGCONT');
    const answer = await ask(child);
    expect(answer).toMatchObject({ status: 'confirmed', connected: 2 });
    expect(answer.milliseconds).toBeLessThan(1000);
    expect(proxy.accepted).toBe(2);
  });
});

/** Publishes one message for each line that it reads, with heartbeats of a second; answers in JSON. */
function publishingProcess(port: number): ChildProcess {
  const script = fileURLToPath(new URL('../support/publish-on-command.ts', import.meta.url));
  const { username, password } = broker.admin;
  const url = `amqps://${username}:${password}@localhost:${port}/${vhost.name}?heartbeat=1`;
  const child = spawn(process.execPath, [script, url, 'work'], {
    env: { ...process.env, NODE_OPTIONS: '', NODE_EXTRA_CA_CERTS: broker.caFile },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  afterwards(async () => {
    child.kill('SIGKILL');
    await once(child, 'exit');
  });
  return child;
}

async function ask(child: ChildProcess): Promise<{ status: string; connected: number; milliseconds: number }> {
  child.stdin?.write('publish\n');
  if (!child.stdout) throw new Error('no output');
  const [line] = await once(child.stdout, 'data');
  return JSON.parse(String(line));
}
