import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Channel } from 'amqplib';
import { afterwards, declareQueue, drain, idsIn, observer } from '../support/publish-setting.ts';
import { type BrokerAddress, sharedBroker, type TestVhost, type VhostMaker } from '../support/test-broker.ts';

const program = join(import.meta.dirname, '../application/mq.ts');
let broker: BrokerAddress & VhostMaker;
let vhost: TestVhost;
let channel: Channel;
let folder: string;

beforeAll(async () => {
  broker = await sharedBroker();
  vhost = await broker.vhost();
  folder = mkdtempSync(join(tmpdir(), 'mq-publish-'));
  writeFileSync(join(folder, 'credentials.json'), JSON.stringify({ [broker.admin.username]: broker.admin.password }));
  writeFileSync(
    join(folder, 'state.json'),
    JSON.stringify({
      vhost: vhost.name,
      broker: {
        amqps: `amqps://localhost:${broker.amqpsPort}`,
        caFile: broker.caFile,
        credentialsFile: join(folder, 'credentials.json'),
      },
    }),
  );
}, 100_000);

afterAll(() => rmSync(folder, { recursive: true }));

beforeEach(async () => {
  ({ channel } = await observer(vhost));
  await channel.assertExchange('events', 'topic');
  await declareQueue(channel, 'work');
  await channel.bindQueue('work', 'events', 'order.*');
  await channel.purgeQueue('work');
});

interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function start(args: readonly string[]): { readonly child: ChildProcess; readonly ended: Promise<Run> } {
  const child = spawn(process.execPath, [program, 'publish', ...args], {
    env: { PATH: process.env.PATH },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  afterwards(async () => void child.kill('SIGKILL'));
  const text = { stdout: '', stderr: '' };
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    text.stdout += chunk;
  });
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    text.stderr += chunk;
  });
  // It may have ended before it has read everything.
  child.stdin?.on('error', () => {});
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, ...text }));
  return { child, ended };
}

/** `mq publish` on the local run that the state file is about. */
function publish(args: readonly string[], input: string | Buffer = ''): Promise<Run> {
  const { child, ended } = start([...args, '--state', join(folder, 'state.json'), '--username', broker.admin.username]);
  child.stdin?.end(input);
  return ended;
}

const counts = ({ stdout }: Run) => JSON.parse(stdout) as Record<string, unknown>;

describe('when publishing from the command line', () => {
  it('one event is in the queue with its id, type and headers, and the exit code says so', async () => {
    const args = ['order.placed', '--data', '{"n": 1.0}', '--id', 'o-1', '--header', 'tenant=acme'];
    const run = await publish(args);
    expect(run).toMatchObject({ code: 0, stderr: '' });
    expect(run.stdout).toMatch(/confirmed.*returned.*rejected.*failed.*invalid/);
    expect(run.stdout).toContain('message id o-1');
    const [message] = await drain(channel, 'work');
    expect(message?.properties).toMatchObject({
      messageId: 'o-1',
      type: 'order.placed',
      contentType: 'application/json',
      appId: 'mq',
      headers: { tenant: 'acme' },
    });
    expect(String(message?.content)).toBe('{"n": 1.0}');
  }, 180_000);

  it('a stream of 20,000 lines is published in order, each with an id that says its line', async () => {
    const lines = Array.from({ length: 20_000 }, (_, index) => `{"n":${index + 1}}`);
    const run = await publish(['order.placed', '-', '--id', 'import', '--json'], `${lines.join('\n')}\n`);
    expect({ code: run.code, ...counts(run) }).toMatchObject({ code: 0, confirmed: 20_000, problems: [] });
    expect(await idsIn(channel, 'work')).toEqual(lines.map((_, index) => `import-${index + 1}`));
  }, 180_000);

  it('bad lines are named by number, the others are published, and the exit code says that not all were', async () => {
    const input = '{"n":1}\n\n{"n":\n{"n":4}\nnope\n';
    const run = await publish(['order.placed', '-', '--json'], input);
    expect(run.code).toBe(1);
    expect(counts(run)).toMatchObject({ confirmed: 2, invalid: 2 });
    expect(counts(run).problems).toMatchObject([
      { line: 3, outcome: 'invalid', reason: expect.stringContaining('not JSON') },
      { line: 5, outcome: 'invalid' },
    ]);
    expect(run.stderr).toMatch(/^line 3 invalid: not JSON.*^line 5 invalid: not JSON/ms);
    expect((await drain(channel, 'work')).map(({ content }) => String(content))).toEqual(['{"n":1}', '{"n":4}']);
  }, 180_000);

  it('events of several types come with all they need in a line', async () => {
    const lines = [
      { type: 'order.placed', data: { n: 1 }, id: 'a', headers: { x: 1 } },
      { type: 'nobody.listens', data: 1, id: 'b' },
      { type: 'order.cancelled', bodyBase64: '/w==', id: 'c' },
    ];
    const file = join(folder, 'events.ndjson');
    writeFileSync(file, lines.map((each) => JSON.stringify(each)).join('\n'));
    const run = await publish(['--file', file, '--json']);
    expect(run.code).toBe(1);
    expect(counts(run)).toMatchObject({ confirmed: 2, returned: 1 });
    expect(counts(run).problems).toEqual([
      { line: 2, id: 'b', outcome: 'returned', reason: expect.stringContaining('"nobody.listens" (312 NO_ROUTE)') },
    ]);
    const found = await drain(channel, 'work');
    expect(found.map(({ properties }) => properties.messageId)).toEqual(['a', 'c']);
    expect(found[1]?.content).toEqual(Buffer.from([0xff]));
  }, 180_000);

  it('lines are published while the input goes on, and after Ctrl-C what was read is still counted', async () => {
    const { child, ended } = start([
      ...['order.placed', '-', '--json', '--state', join(folder, 'state.json')],
      ...['--username', broker.admin.username],
    ]);
    child.stdin?.write('{"n":1}\n');
    const deadline = Date.now() + 100_000;
    while ((await channel.checkQueue('work')).messageCount === 0 && Date.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, 50));
    expect((await channel.checkQueue('work')).messageCount).toBe(1);
    child.kill('SIGINT');
    const run = await ended;
    expect(run.code).toBe(130);
    expect(counts(run)).toMatchObject({ confirmed: 1, stopped: expect.stringContaining('interrupted') });
  }, 180_000);

  it('a broker that is not there ends it at the timeout with the reason, not after each line anew', async () => {
    const url = `amqps://somebody:secret-word@localhost:1/${vhost.name}`;
    const { child, ended } = start(['order.placed', '-', '--url', url, '--timeout', '1', '--json']);
    child.stdin?.end('{"n":1}\n'.repeat(50_000));
    const run = await ended;
    expect(run.code).toBe(1);
    expect(counts(run)).toMatchObject({ confirmed: 0, stopped: expect.stringContaining('no broker to publish to') });
    // How many are on their way by then is for the machine to say. The rest is not tried.
    expect(Number(counts(run).failed)).toBeLessThan(25_000);
    expect(run.stderr).toContain('nothing listens there (ECONNREFUSED)');
    expect(run.stdout + run.stderr).not.toContain('secret-word');
  }, 180_000);

  it.each([
    [['order.placed'], 64, 'give one of --data, --example, --file and -'],
    [['order.placed', '--data', '{'], 1, '--data is not JSON'],
    [['order.placed', '--file', '/nowhere/x.ndjson'], 64, "/nowhere/x.ndjson can't be read: ENOENT"],
  ])('%j ends with %d and says why', async (args, code, message) => {
    const run = await publish(args);
    expect(run.code).toBe(code);
    expect(run.stderr).toContain(message);
  });

  it('without a local run says how to get one', async () => {
    const { ended } = start(['order.placed', '--data', '1', '--state', join(folder, 'none.json')]);
    const run = await ended;
    expect(run.code).toBe(1);
    expect(run.stderr).toContain('start one with npm start, or name a broker with --url');
  }, 180_000);
});
