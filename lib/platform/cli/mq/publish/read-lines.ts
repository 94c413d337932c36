/** A line of the input, numbered from 1. `text` is undefined where it is longer than allowed. */
export interface Line {
  readonly number: number;
  readonly bytes: Buffer | undefined;
}

const newline = 0x0a;
const byteOrderMark = Buffer.from('\ufeff');

const withoutMark = (bytes: Buffer): Buffer =>
  bytes.subarray(0, byteOrderMark.length).equals(byteOrderMark) ? bytes.subarray(byteOrderMark.length) : bytes;

/**
 * Cuts a stream of bytes into lines, whatever the chunks; the end of a line may be `\r\n`. Keeps no more than one line and one chunk:
 * of a line above `maximumBytes` nothing is kept. A byte order mark, with which editors of Windows begin a file, is in no line.
 */
export async function* readLines(
  chunks: AsyncIterable<Buffer> | Iterable<Buffer>,
  maximumBytes: number,
): AsyncGenerator<Line> {
  let parts: Buffer[] = [];
  let length = 0;
  let number = 0;
  const keep = (part: Buffer) => {
    length += part.length;
    if (length > maximumBytes) parts = [];
    else if (part.length > 0) parts.push(part);
  };
  const line = (): Line => {
    number += 1;
    const read = length > maximumBytes ? undefined : Buffer.concat(parts);
    const bytes = read && number === 1 ? withoutMark(read) : read;
    parts = [];
    length = 0;
    return { number, bytes: bytes?.at(-1) === 0x0d ? bytes.subarray(0, -1) : bytes };
  };
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, start)) {
      keep(chunk.subarray(start, end));
      yield line();
      start = end + 1;
    }
    keep(chunk.subarray(start));
  }
  if (length > 0) yield line();
}
