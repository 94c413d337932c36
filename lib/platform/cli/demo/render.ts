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
  /** Faults that handlers were to meet, and how many of these they met. */
  readonly faults: { readonly planned: number; readonly happened: number };
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
        (summary.faults.planned > 0
          ? ` Faults of handlers: ${summary.faults.happened} of ${summary.faults.planned} happened.`
          : '') +
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
    row.retriesCounted
      ? list(Object.entries(row.retriedByAttempt).map(([attempt, count]) => `attempt ${attempt}: ${count}`))
      : notCounted,
    list(Object.entries(row.deadLetteredByReason).map(([reason, count]) => `${reason}: ${count}`)),
    alarming(row.waiting),
    alarming(row.lost.length),
    row.effectsCounted ? alarming(row.effectsRepeated.length) : notCounted,
  ];
};

const notCounted = 'not\ncounted';

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
      isUncounted(row)
        ? `${row.consumer} left no claims. With claims: 'none', its effects have to be counted: functions/effects.ts says how.`
        : undefined,
      named(`effect of ${row.consumer} more than once`, row.effectsRepeated),
      named(`both done and a dead letter of ${row.consumer}`, row.inTwoPlaces),
      named(`found at ${row.consumer} without having been routed there`, row.unexpected),
      row.waiting > 0 ? `${row.waiting} still waiting for ${row.consumer}.` : undefined,
    ]),
  ].filter((problem) => problem !== undefined);
  const surprises = ledger.rows.flatMap(
    (row) => named(`dead letters of ${row.consumer} that nothing was done to`, row.deadLettersNotOnPurpose) ?? [],
  );
  if (ledger.accounted && settled)
    return [
      ...surprises.map((text) => ({ tone: 'bad' as const, text })),
      { tone: 'good', text: `All ${ledger.events} events are accounted for: nothing lost${effectsClaim(ledger)}.` },
    ];
  return [
    ...surprises.map((text) => ({ tone: 'bad' as const, text })),
    ...problems.map((text) => ({ tone: 'bad' as const, text })),
    { tone: 'bad', text: `Not all of ${ledger.events} events are accounted for.` },
  ];
};

/** Of effects only as far as they were counted. */
const effectsClaim = ({ rows }: Ledger): string => {
  const counted = rows.filter(({ effectsCounted }) => effectsCounted);
  if (counted.length === 0) return '. Effects were not counted: functions/effects.ts can say how';
  if (counted.length === rows.length) return ', no effect twice';
  return `, no effect of ${counted.map(({ consumer }) => consumer).join(', ')} twice`;
};

/** A consumer that leaves neither claims nor effects seems to have lost everything. */
const isUncounted = ({ done, effectsCounted, lost }: LedgerRow): boolean =>
  done === 0 && !effectsCounted && lost.length > 0;

const shown = 5;

const named = (what: string, ids: readonly string[]): string | undefined =>
  ids.length === 0
    ? undefined
    : `${ids.length} ${what}: ${ids.slice(0, shown).map(printable).join(', ')}${ids.length > shown ? `, and ${ids.length - shown} more` : ''}`;

/** The same as one JSON document, with what goes beside it. */
export const renderJson = ({ ledger, ...rest }: RunSummary & Readonly<Record<string, unknown>>): string =>
  JSON.stringify({ accounted: ledger.accounted && rest.settled, ...rest, ledger });
