import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { generateEvents } from '../../../functions/demo/generate-events.ts';
import type { LedgerRow } from '../../../lib/platform/cli/demo/ledger.ts';
import type { RunSummary } from '../../../lib/platform/cli/demo/render.ts';

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
  const count = 250;
  const generated = generateEvents(count, 7);
  const originals = generated.filter(({ duplicate }) => !duplicate);
  const meant = (purpose: string) => originals.filter((event) => event.purpose === purpose).length;
  let finished: Finished;

  beforeAll(async () => {
    finished = await demo(['--events', String(count), '--seed', '7', '--json']);
  }, 240_000);

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
  }, 180_000);

  it('says so when there is no such file', async () => {
    const { code, stderr } = await demo(['--input', join(scratch, 'missing.ndjson')]);
    expect(code).toBe(2);
    expect(stderr).toContain('missing.ndjson cannot be read: ENOENT');
  }, 180_000);
});
