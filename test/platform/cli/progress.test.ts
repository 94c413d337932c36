import { describe, expect, it } from '@jest/globals';
import { createProgress } from '../../../lib/platform/cli/progress.ts';

const streamOf = (properties: object) => {
  const written: string[] = [];
  const stream = { write: (text: string) => written.push(text) > 0, ...properties } as unknown as NodeJS.WriteStream;
  return { stream, written };
};

describe('progress', () => {
  it('is one line on a terminal, redrawn and never wider than the terminal', () => {
    const { stream, written } = streamOf({ isTTY: true, columns: 11 });
    const progress = createProgress(stream);
    progress.show('1 of 100 events published');
    progress.clear();
    expect(written).toEqual(['\r\u001b[2K1 of 100 e', '\r\u001b[2K']);
  });

  it('is a plain line every two seconds elsewhere, and only when something changed', () => {
    const { stream, written } = streamOf({ isTTY: false });
    let now = 0;
    const progress = createProgress(stream, () => now);
    for (const [at, text] of [
      [0, 'a'],
      [500, 'b'],
      [2_000, 'b'],
      [4_000, 'b'],
      [6_000, 'c'],
    ] as const) {
      now = at;
      progress.show(text);
    }
    progress.note('kept');
    expect(written).toEqual(['a\n', 'b\n', 'c\n', 'kept\n']);
  });
});
