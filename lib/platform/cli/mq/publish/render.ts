import { styleText } from 'node:util';
import Table from 'cli-table3';
import { printable } from '../../printable.ts';
import type { Outcome, Problem, Tally } from './tally.ts';

export interface Summary {
  readonly tally: Tally;
  readonly seconds: number;
  /** Why not everything was read. */
  readonly stopped?: string;
}

const columns: readonly Outcome[] = ['confirmed', 'returned', 'rejected', 'failed', 'invalid'];

/** The counters as a table, and below it how long it took. */
export function renderSummary({ tally, seconds, stopped }: Summary): string {
  const table = new Table({
    head: [...columns],
    colAligns: columns.map(() => 'right'),
    style: { head: [], border: [], compact: true },
  });
  table.push(
    columns.map((outcome) => {
      const count = String(tally.counts[outcome]);
      return outcome === 'confirmed' || count === '0' ? count : styleText('red', count);
    }),
  );
  const rate = tally.counts.confirmed > 1 ? `, ${Math.round(tally.counts.confirmed / seconds)} confirmed a second` : '';
  const id = tally.total === 1 && tally.firstId !== undefined ? `, message id ${printable(tally.firstId)}` : '';
  const lines = [table.toString(), `${tally.total} in ${seconds.toFixed(1)} s${rate}${id}`];
  if (stopped !== undefined) lines.push(styleText('red', stopped));
  return `${lines.join('\n')}\n`;
}

/** `line 17 (0197…) returned: no queue takes …` */
export function renderProblem({ line, id, outcome, reason, mayHaveArrived }: Problem): string {
  const where = line === undefined ? '' : `line ${line} `;
  const which = id === undefined ? '' : `(${id}) `;
  return `${where}${which}${outcome}: ${reason}${mayHaveArrived ? ' (it may have arrived)' : ''}`;
}

export function renderJson({ tally, seconds, stopped }: Summary): string {
  const { counts, problems, total, firstId } = tally;
  const json = JSON.stringify({
    ...counts,
    ...(total === 1 && firstId !== undefined ? { id: firstId } : {}),
    seconds: Number(seconds.toFixed(3)),
    problems,
    ...(stopped === undefined ? {} : { stopped }),
  });
  return `${printable(json)}\n`;
}
