import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Line, readLines } from '../../../../../lib/platform/cli/mq/publish/read-lines.ts';
import { anyCharacter } from '../../../support/any-character.ts';

async function linesOf(chunks: readonly Buffer[], maximumBytes = 1000): Promise<Line[]> {
  const lines: Line[] = [];
  for await (const line of readLines(chunks, maximumBytes)) lines.push(line);
  return lines;
}

describe('lines of a stream', () => {
  it('are the same however the bytes come in chunks', async () => {
    const texts = fc.array(
      fc.string({ unit: anyCharacter, maxLength: 12 }).filter((text) => !/[\r\n]|^\ufeff/.test(text)),
      {
        minLength: 1,
      },
    );
    await fc.assert(
      fc.asyncProperty(
        texts,
        fc.constantFrom('\n', '\r\n'),
        fc.integer({ min: 1, max: 9 }),
        async (wanted, end, size) => {
          const whole = Buffer.from(wanted.map((text) => text + end).join(''));
          const chunks = Array.from({ length: Math.ceil(whole.length / size) }, (_, index) =>
            whole.subarray(index * size, (index + 1) * size),
          );
          expect((await linesOf(chunks)).map(({ bytes }) => bytes)).toEqual(wanted.map((text) => Buffer.from(text)));
        },
      ),
    );
  });

  it('need no line break at the end and are counted from 1', async () => {
    expect(await linesOf([Buffer.from('a\n\nb')])).toEqual([
      { number: 1, bytes: Buffer.from('a') },
      { number: 2, bytes: Buffer.from('') },
      { number: 3, bytes: Buffer.from('b') },
    ]);
    expect(await linesOf([])).toEqual([]);
  });

  it('that are too long are told from the others and not kept', async () => {
    const chunks = [Buffer.from('abc'), Buffer.from('def\nok\nabcde')];
    expect(await linesOf(chunks, 4)).toEqual([
      { number: 1, bytes: undefined },
      { number: 2, bytes: Buffer.from('ok') },
      { number: 3, bytes: undefined },
    ]);
  });

  it('do not begin with the byte order mark of the file', async () => {
    const chunks = [Buffer.from([0xef]), Buffer.from([0xbb, 0xbf, 0x31, 0x0a]), Buffer.from('\ufeff2')];
    expect((await linesOf(chunks)).map(({ bytes }) => bytes?.toString())).toEqual(['1', '\ufeff2']);
  });
});
