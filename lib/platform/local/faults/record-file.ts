import { appendFileSync, closeSync, openSync, readSync, statSync } from 'node:fs';

const newline = 0x0a;

/** A file to which several processes append records, a line of JSON each. Whoever reads it gets what is new to him. */
export class RecordFile<Item> {
  readonly #path: string;
  #offset = 0;

  /** @param path need not exist */
  constructor(path: string) {
    this.#path = path;
  }

  append(items: readonly Item[]): void {
    if (items.length > 0) appendFileSync(this.#path, items.map((item) => `${JSON.stringify(item)}\n`).join(''));
  }

  /** What was appended since the last call. A line that is still being written is for the next one. */
  next(): Item[] {
    const size = statSync(this.#path, { throwIfNoEntry: false })?.size ?? 0;
    if (size <= this.#offset) return [];
    const bytes = this.#read(size - this.#offset);
    const lines = bytes.subarray(0, bytes.lastIndexOf(newline) + 1);
    this.#offset += lines.length;
    return lines
      .toString()
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Item);
  }

  #read(length: number): Buffer {
    const bytes = Buffer.alloc(length);
    const file = openSync(this.#path, 'r');
    try {
      return bytes.subarray(0, readSync(file, bytes, 0, length, this.#offset));
    } finally {
      closeSync(file);
    }
  }
}
