import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connect } from 'amqplib';
import { generateEvents } from '../../bin/demo/generate-events.ts';
import type { LedgerRow } from '../../bin/demo/ledger.ts';
import { readEvents } from '../../bin/demo/read-events.ts';
import type { RunSummary } from '../../bin/demo/render.ts';
import { runDemo } from '../../bin/demo/run-demo.ts';
import { synthesize } from '../../bin/synthesize.ts';
import type { LocalRun } from '../../lib/local/local-run.ts';
import { failureVerbs } from '../../lib/local/mapping/failure-verb.ts';
import { declaration } from '../../lib/topology/declaration.ts';

const scratch = mkdtempSync(join(tmpdir(), 'demo-test-'));
const running = new Set<ChildProcess>();

afterAll(async () => {
  for (const child of running) child.kill('SIGTERM');
  await Promise.all([...running].map((child) => once(child, 'exit')));
  rmSync(scratch, { recursive: true, force: true });
});

interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const demo = async (argv: readonly string[], input = ''): Promise<Finished> => {
  const { RABBITMQ_URL: _, ...env } = process.env;
  const child = spawn(process.execPath, ['bin/demo.ts', ...argv], { env });
  running.add(child);
  const [stdout, stderr]: [Buffer[], Buffer[]] = [[], []];
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
  child.stdin.end(input);
  const [code] = await once(child, 'close');
  running.delete(child);
  return { code, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() };
};

const summaryOf = ({ stdout, stderr }: Finished): RunSummary & { accounted: boolean } => {
  try {
    return JSON.parse(stdout);
  } catch (cause) {
    throw new Error(`not one JSON document: ${stdout}\n${stderr}`, { cause });
  }
};
const rowOf = ({ ledger }: RunSummary, consumer: string): LedgerRow => {
  const row = ledger.rows.find((candidate) => candidate.consumer === consumer);
  if (!row) throw new Error(`no row for ${consumer}`);
  return row;
};
const total = (counts: Readonly<Record<string, number>>) =>
  Object.values(counts).reduce((sum, count) => sum + count, 0);

describe('when the demo runs', () => {
  const count = 400;
  const generated = generateEvents(count, 7);
  const originals = generated.filter(({ duplicate }) => !duplicate);
  const meant = (purpose: string) => originals.filter((event) => event.purpose === purpose).length;
  let finished: Finished;

  beforeAll(async () => {
    finished = await demo(['--events', String(count), '--seed', '7', '--json']);
  }, 120_000);

  it('accounts for every event and says so with exit code 0', () => {
    expect(summaryOf(finished)).toMatchObject({
      accounted: true,
      settled: true,
      ledger: { events: count, confirmed: count },
    });
    expect(finished.code).toBe(0);
  });

  it('finds on the broker and in the tables what the events were made for', () => {
    const summary = summaryOf(finished);
    const [orders, welcomes, audit] = ['fulfil-order', 'send-welcome', 'audit-log'].map((name) => rowOf(summary, name));
    if (!orders || !welcomes || !audit) throw new Error('three consumers are declared');
    expect(audit).toMatchObject({ messages: originals.length, done: originals.length, deadLetteredByReason: {} });
    expect(orders.messages + welcomes.messages).toBe(originals.length);
    const dead = meant('not-json') + meant('schema-violation') + meant('fatal') + meant('exhausting');
    expect(total(orders.deadLetteredByReason) + total(welcomes.deadLetteredByReason)).toBe(dead);
    expect(orders.done + welcomes.done).toBe(originals.length - dead);
    expect((orders.retriedByAttempt[2] ?? 0) + (welcomes.retriedByAttempt[2] ?? 0)).toBeGreaterThanOrEqual(
      meant('flaky') + meant('exhausting'),
    );
    expect((orders.deadLetteredByReason.exhausted ?? 0) + (welcomes.deadLetteredByReason.exhausted ?? 0)).toBe(
      meant('exhausting'),
    );
    expect(audit.duplicatesSuppressed).toBe(count - originals.length);
  });
});

describe('when the demo is given lines that are no events', () => {
  it('publishes nothing and names each', async () => {
    const { code, stdout, stderr } = await demo(
      ['--input', '-'],
      '{"type":"order.placed","data":{}}\nnot json\n{"type":"x"}\n',
    );
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('standard input has 2 lines that are no events; nothing was published');
    expect(stderr).toContain('line 2: not JSON');
    expect(stderr).toContain('line 3: data: give exactly one of data and bodyBase64');
  }, 30_000);

  it('says so when there is no such file', async () => {
    const { code, stderr } = await demo(['--input', join(scratch, 'missing.ndjson')]);
    expect(code).toBe(2);
    expect(stderr).toContain('missing.ndjson cannot be read: ENOENT');
  }, 30_000);
});

describe('when function processes are killed in mid-batch', () => {
  let runs: { verb: string; finished: Finished }[];

  beforeAll(async () => {
    runs = await Promise.all(
      failureVerbs.map(async (verb) => ({
        verb,
        finished: await demo(['--events', '200', '--chaos', 'kill', '--failure-verb', verb, '--json']),
      })),
    );
  }, 240_000);

  it.each(failureVerbs)('loses nothing and repeats no effect, with the failure verb %s', (verb) => {
    const finished = runs.find((run) => run.verb === verb)?.finished;
    if (!finished) throw new Error(`${verb} did not run`);
    const summary = summaryOf(finished);
    expect(summary.kills).toBeGreaterThanOrEqual(2);
    expect(summary).toMatchObject({ accounted: true, settled: true });
    expect(finished.code).toBe(0);
  });
});

describe('when messages disappear on the broker', () => {
  it('the demo finds out how many and which, and does not call the run good', async () => {
    const assembly = join(scratch, 'cdk.out');
    await synthesize(assembly, { env: 'local' });
    const order = (index: number) => ({
      type: 'order.placed',
      orderId: `o-${index}`,
      customerId: 'c-1',
      lines: [{ sku: 'FLAKY-2', quantity: 1 }],
    });
    const lines: object[] = Array.from({ length: 30 }, (_, index) => ({ type: 'order.placed', data: order(index) }));
    lines.push({
      type: 'photo.taken',
      bodyBase64: '/9j/4AAQ',
      contentType: 'image/jpeg',
      headers: { size: [1, 2.5, null] },
    });
    const { events } = readEvents(lines.map((line) => JSON.stringify(line)).join('\n'));
    let purged = 0;
    const summary = await runDemo({
      events,
      declaration,
      publisher: 'publisher',
      localRun: { assembly, directory: join(scratch, 'run') },
      progress: { show: () => {}, note: () => {}, clear: () => {} },
      begun: performance.now(),
      patienceMilliseconds: 4_000,
      onStarted: (run) => {
        void purgeDelayed(run).then((count) => {
          purged = count;
        });
      },
    });
    expect(purged).toBeGreaterThan(0);
    expect(summary.ledger.accounted).toBe(false);
    expect(rowOf(summary, 'fulfil-order').lost).toHaveLength(purged);
    expect(rowOf(summary, 'audit-log')).toMatchObject({ messages: 31, done: 31, lost: [] });
  }, 90_000);
});

/** Takes messages away while they wait for a retry. */
const purgeDelayed = async ({ broker, vhost }: LocalRun): Promise<number> => {
  const { protocol, host, port, ca } = broker.address;
  const connection = await connect(
    { protocol, hostname: host, port, ...broker.admin, vhost },
    { ca: [ca ?? ''], noDelay: true },
  );
  const channel = await connection.createChannel();
  const deadline = Date.now() + 30_000;
  let purged = 0;
  while (purged === 0 && Date.now() < deadline) {
    await sleep(50);
    for (const queue of ['delay.level-00', 'delay.level-01']) purged += (await channel.purgeQueue(queue)).messageCount;
  }
  await connection.close();
  return purged;
};
