import Table from 'cli-table3';
import { printable } from '../printable.ts';
import type { EventSources } from './event-sources.ts';
import type { MadeEvents, Trouble } from './make-events.ts';

/** What each trouble is, and what is to become of the event. */
const troubles: Readonly<Record<Trouble, readonly [string, string]>> = {
  duplicate: ['published twice', 'handled once'],
  retryable: ['a handler fails 1 to 3 times', 'retried, then done'],
  slow: ['a handler takes 200 to 400 ms', 'done'],
  hang: ['a handler hangs until its time is up', 'given up on, retried, done'],
  exit: ['the process is killed in the middle of a handler', 'taken over, done'],
  undecodable: ['JSON that breaks off', 'dead letter: undecodable'],
  invalid: ['refused by its schema', 'dead letter: invalid'],
  fatal: ['a handler says that no retry can help', 'dead letter: fatal'],
  exhausting: ['a handler fails at every attempt', 'dead letter: exhausted'],
};

/** What is about to go wrong on purpose. */
export const renderPurpose = (
  { events, onPurpose }: Pick<MadeEvents, 'events' | 'onPurpose'>,
  { sources, leftOut }: EventSources,
): string => {
  const table = new Table({
    head: ['on purpose', 'events', 'what becomes of them'],
    colAligns: ['left', 'right', 'left'],
    style: { head: [], border: [], compact: true },
  });
  for (const [trouble, [what, outcome]] of Object.entries(troubles)) {
    const count = onPurpose[trouble as Trouble];
    if (count > 0) table.push([what, String(count), outcome]);
  }
  return [
    `${events.length} events: ${sources.map(({ type }) => printable(type)).join(', ')}`,
    ...leftOut.map(({ type, why }) => `not published: ${printable(type)} (${printable(why)})`),
    table.toString(),
  ].join('\n');
};
