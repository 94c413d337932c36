import Table from 'cli-table3';
import { deadLetterQueue } from '../../topology/names.ts';
import { printable } from '../printable.ts';
import type { Ledger } from './ledger.ts';

const longestError = 90;

/** What to do after a demo: a dead letter to look at, two commands to try. */
export const renderNext = ({ sampleDeadLetter: sample }: Pick<Ledger, 'sampleDeadLetter'>): string => {
  const table = new Table({ style: { head: [], border: [], compact: true } });
  if (sample) {
    const error = printable(sample.error ?? '');
    const shown = error.length > longestError ? `${error.slice(0, longestError)}…` : error;
    table.push([
      'a dead letter',
      [
        `${deadLetterQueue(sample.consumer)}: ${printable(sample.id)}, attempt ${sample.attempt}`,
        [printable(sample.reason), shown].filter((part) => part !== '').join(': '),
      ].join('\n'),
    ]);
  }
  table.push(
    ['npm run demo -- --chaos kill', 'the same while processes are killed in mid-batch'],
    ['npm start', 'all of this keeps running: publish, edit a handler, look into queues'],
  );
  return table.toString();
};
