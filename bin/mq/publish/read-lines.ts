/** A line of the input, numbered from 1. `text` is undefined where it is longer than allowed. */
export interface Line {
  readonly number: number;
  readonly bytes: Buffer | undefined;
}

const newline = 0x0a;

/**
 * Cuts a stream of bytes into lines, whatever the chunks; the end of a line may be `\r\n`. Keeps no more than one line and one chunk:
 * of a line above `maximumBytes` nothing is kept.
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
    const bytes = length > maximumBytes ? undefined : Buffer.concat(parts);
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
