import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { generateEvents } from '../../../functions/demo/generate-events.ts';

const running = new Set<ChildProcess>();

afterAll(async () => {
  for (const child of running) child.kill('SIGTERM');
  await Promise.all([...running].map((child) => once(child, 'exit')));
});

/** What `--json` says of a consumer, as far as it is looked at here. */
interface LedgerRow {
  readonly consumer: string;
  readonly messages: number;
  readonly done: number;
  readonly duplicatesSuppressed: number;
  readonly retriedByAttempt: Readonly<Record<string, number>>;
  readonly deadLetteredByReason: Readonly<Record<string, number>>;
}
interface Summary {
  readonly ledger: { readonly rows: readonly LedgerRow[] };
}

interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const demo = async (argv: readonly string[]): Promise<Finished> => {
  const { RABBITMQ_URL: _, ...env } = process.env;
  const child = spawn(process.execPath, ['bin/demo.ts', ...argv], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  running.add(child);
  const [stdout, stderr]: [Buffer[], Buffer[]] = [[], []];
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
  const [code] = await once(child, 'close');
  running.delete(child);
  return { code, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() };
};

const summaryOf = ({ stdout, stderr }: Finished): Summary => {
  try {
    return JSON.parse(stdout);
  } catch (cause) {
    throw new Error(`not one JSON document: ${stdout}\n${stderr}`, { cause });
  }
};
const rowOf = ({ ledger }: Summary, consumer: string): LedgerRow => {
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
