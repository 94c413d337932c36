import Table from 'cli-table3';
import type { Paint, Tone } from '../paint.ts';
import { printable } from '../printable.ts';
import type { Ledger, LedgerRow } from './ledger.ts';

export interface RunSummary {
  readonly ledger: Ledger;
  /** Seconds from the start of the program until everything was up, until the last event was published, until it ended. */
  readonly seconds: { readonly started: number; readonly published: number; readonly total: number };
  readonly broker: string;
  /** Function processes that were killed on purpose. */
  readonly kills: number;
  /** Whether the queues were empty when the ledger was made; otherwise the time was up. */
  readonly settled: boolean;
}

/** The ledger as a person reads it. */
export const renderSummary = (summary: RunSummary, paint: Paint): string => {
  const { ledger, seconds } = summary;
  const table = new Table({
    head: [
      'consumer',
      'messages',
      'done',
      'duplicates\nsuppressed',
      'retried',
      'dead letters',
      'waiting',
      'lost',
      'effect\ntwice',
    ],
    colAligns: ['left', 'right', 'right', 'right', 'left', 'left', 'right', 'right', 'right'],
    style: { head: [], border: [], compact: true },
  });
  for (const row of ledger.rows) table.push(cellsOf(row, paint));
  return [
    table.toString(),
    paint(
      'dim',
      `Counted from ${summary.broker}, its dead-letter queues and the tables. ` +
        `Up after ${seconds.started.toFixed(1)} s, published after ${seconds.published.toFixed(1)} s, done after ${seconds.total.toFixed(1)} s.` +
        (summary.kills > 0 ? ` Function processes killed: ${summary.kills}.` : ''),
    ),
    ...verdict(summary).map(({ tone, text }) => paint(tone, text)),
  ].join('\n');
};

const cellsOf = (row: LedgerRow, paint: Paint): string[] => {
  const alarming = (count: number): string => (count === 0 ? '0' : paint('bad', String(count)));
  return [
    row.consumer,
    String(row.messages),
    String(row.done),
    String(row.duplicatesSuppressed),
    list(Object.entries(row.retriedByAttempt).map(([attempt, count]) => `attempt ${attempt}: ${count}`)),
    list(Object.entries(row.deadLetteredByReason).map(([reason, count]) => `${reason}: ${count}`)),
    alarming(row.waiting),
    alarming(row.lost.length),
    alarming(row.effectsRepeated.length),
  ];
};

const list = (lines: readonly string[]): string => (lines.length === 0 ? '-' : lines.map(printable).join('\n'));

const verdict = ({ ledger, settled }: RunSummary): { tone: Tone; text: string }[] => {
  const problems = [
    settled ? undefined : 'The queues were not empty when the time was up.',
    named(
      'not taken by the broker',
      ledger.refused.map(({ id, status, problem }) => `${id} (${status}: ${problem ?? 'no reason given'})`),
    ),
    named('confirmed but routed to no consumer', ledger.reachedNobody),
    ledger.unroutable > 0 ? `${ledger.unroutable} unroutable: their queue was gone when their delay ended.` : undefined,
    ...ledger.rows.flatMap((row) => [
      named(`lost on the way to ${row.consumer}`, row.lost),
      named(`effect of ${row.consumer} more than once`, row.effectsRepeated),
      named(`both done and a dead letter of ${row.consumer}`, row.inTwoPlaces),
      named(`found at ${row.consumer} without having been routed there`, row.unexpected),
      row.waiting > 0 ? `${row.waiting} still waiting for ${row.consumer}.` : undefined,
    ]),
  ].filter((problem) => problem !== undefined);
  if (ledger.accounted && settled)
    return [{ tone: 'good', text: `All ${ledger.events} events are accounted for: nothing lost, no effect twice.` }];
  return [
    ...problems.map((text) => ({ tone: 'bad' as const, text })),
    { tone: 'bad', text: `Not all of ${ledger.events} events are accounted for.` },
  ];
};

const shown = 5;

const named = (what: string, ids: readonly string[]): string | undefined =>
  ids.length === 0
    ? undefined
    : `${ids.length} ${what}: ${ids.slice(0, shown).map(printable).join(', ')}${ids.length > shown ? `, and ${ids.length - shown} more` : ''}`;

/** The same as one JSON document. */
export const renderJson = ({ ledger, ...rest }: RunSummary): string =>
  JSON.stringify({ accounted: ledger.accounted && rest.settled, ...rest, ledger });
