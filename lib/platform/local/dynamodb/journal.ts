import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import type { StreamRecord } from './streams/stream-record.ts';
import type { TableStreamSettings } from './streams/table-stream.ts';

/** Something that is to be known after the process was killed, beside the tables and their items, which dynalite keeps. */
export type Fact =
  /** Time to live of a table; without attribute it has none. */
  | { readonly type: 'time-to-live'; readonly table: string; readonly attribute?: string }
  | { readonly type: 'stream'; readonly settings: TableStreamSettings; readonly createdAt: number }
  | { readonly type: 'record'; readonly table: string; readonly record: StreamRecord }
  | { readonly type: 'table-deleted'; readonly table: string };

/** Facts in the order in which they came to be, one a line; written before the request that made them is answered. */
export class Journal {
  readonly #file: string | undefined;

  /** @param file without one, nothing is kept */
  constructor(file?: string) {
    this.#file = file;
  }

  append(facts: readonly Fact[]): void {
    if (this.#file === undefined || facts.length === 0) return;
    appendFileSync(this.#file, facts.map((fact) => `${JSON.stringify(fact)}\n`).join(''));
  }

  /** What an earlier process has written. */
  read(): readonly Fact[] {
    if (this.#file === undefined || !existsSync(this.#file)) return [];
    return (
      readFileSync(this.#file, 'utf8')
        .split('\n')
        // A line without end was cut off by a kill: nobody has had an answer to its request.
        .slice(0, -1)
        .map((line) => JSON.parse(line) as Fact)
    );
  }
}
