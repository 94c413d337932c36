import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

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
  readonly deadLettersNotOnPurpose: readonly string[];
}
interface Summary {
  readonly onPurpose: Readonly<Record<string, number>>;
  readonly faults: { readonly planned: number; readonly happened: number };
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
const total = (counts: Readonly<Record<string, number>> | readonly number[]) =>
  Object.values(counts).reduce((sum, count) => sum + count, 0);

describe('when the demo runs', () => {
  const count = 250;
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

  it('finds on the broker and in the tables what was done to the events on purpose, and no more', () => {
    const summary = summaryOf(finished);
    const { duplicate = 0, undecodable = 0, invalid = 0, fatal = 0, exhausting = 0 } = summary.onPurpose;
    const originals = count - duplicate;
    const rows = ['fulfil-order', 'send-welcome', 'audit-log'].map((name) => rowOf(summary, name));
    const sum = (of: (row: LedgerRow) => number) => total(rows.map(of));
    expect(summary.faults.happened).toBe(summary.faults.planned);
    expect(rows.flatMap((row) => row.deadLettersNotOnPurpose)).toEqual([]);
    // Each event goes to the audit log and to one other.
    expect(sum(({ messages }) => messages)).toBe(2 * originals);
    const dead = { undecodable, invalid, fatal, exhausted: exhausting };
    for (const [reason, expected] of Object.entries(dead))
      expect({ reason, found: sum((row) => row.deadLetteredByReason[reason] ?? 0) }).toEqual({
        reason,
        found: expected,
      });
    expect(sum(({ done }) => done)).toBe(2 * originals - total(dead));
    // Not those of the audit log, which has no claims to count them by.
    expect(sum((row) => row.retriedByAttempt[2] ?? 0)).toBeGreaterThan(0);
    expect(rowOf(summary, 'audit-log').duplicatesSuppressed).toBe(duplicate);
  });
});
