import { readFileSync } from 'node:fs';
import { printable } from '../printable.ts';
import type { DemoEvent } from './demo-event.ts';
import { UsageError } from './options.ts';
import { readEvents } from './read-events.ts';

const badLinesShown = 20;

/**
 * The events of a file, or of standard input for `-`.
 * @param exchange for lines that name none
 * @throws UsageError for a file that cannot be read, that holds no events, or lines that are none
 */
export const inputEvents = (input: string, exchange: string): readonly DemoEvent[] => {
  const source = input === '-' ? 'standard input' : input;
  const { events, badLines } = readEvents(readInput(input), exchange);
  if (badLines.length > 0) {
    const shown = badLines.slice(0, badLinesShown).map(({ line, problem }) => `  line ${line}: ${printable(problem)}`);
    const more = badLines.length > badLinesShown ? [`  and ${badLines.length - badLinesShown} more`] : [];
    const problem = `${source} has ${badLines.length} lines that are no events; nothing was published`;
    throw new UsageError([problem, ...shown, ...more].join('\n'));
  }
  if (events.length === 0) throw new UsageError(`${source} holds no events`);
  return events;
};

const readInput = (input: string): Buffer => {
  try {
    return readFileSync(input === '-' ? 0 : input);
  } catch (error) {
    throw new UsageError(`${input} cannot be read: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
};
