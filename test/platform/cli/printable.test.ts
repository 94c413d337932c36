import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { renderSummary } from '../../../lib/platform/cli/demo/render.ts';
import { renderStatuses } from '../../../lib/platform/cli/mq/consumer/render.ts';
import { renderProblem } from '../../../lib/platform/cli/mq/publish/render.ts';
import { paintFor } from '../../../lib/platform/cli/paint.ts';
import { printable, printableLines } from '../../../lib/platform/cli/printable.ts';
import { createProgress } from '../../../lib/platform/cli/progress.ts';
import { anyCharacter } from '../support/any-character.ts';

/** Clears the screen, goes up a line, forges a line, turns the direction of writing. */
const hostile = 'id\u001b[2J\u009b1A\r\nall is well\u202e\u2028\u007f';
const harmless = 'id\\u001b[2J\\u009b1A\\r\\nall is well\\u202e\\u2028\\u007f';
const active = /[^\P{Cc}\t]|[\u2028\u2029\p{Bidi_Control}]/u;

describe('text from elsewhere', () => {
  it('is shown, not acted upon', () => {
    expect(printable(hostile)).toBe(harmless);
    expect(printable('plain ü 漢 👩‍👩‍👧 \\ \t"')).toBe('plain ü 漢 👩‍👩‍👧 \\ \t"');
  });

  it('has nothing in it that a terminal acts upon, whatever it is, and has its own lines where that is wanted', () => {
    fc.assert(
      fc.property(fc.string({ unit: anyCharacter }), (text) => {
        expect(printable(text)).not.toMatch(active);
        expect(printableLines(text).split('\n')).toEqual(text.split('\n').map(printable));
      }),
    );
  });

  it('stays the same JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
        const json = JSON.stringify(value);
        expect(JSON.parse(printable(json))).toEqual(JSON.parse(json));
      }),
    );
  });
});

describe('what commands show of messages', () => {
  const shown = (use: (progress: ReturnType<typeof createProgress>) => void): string => {
    const written: string[] = [];
    use(createProgress({ isTTY: false, write: (text: string) => written.push(text) } as unknown as NodeJS.WriteStream));
    return written.join('');
  };

  it('is one line, whatever ids and reasons hold', () => {
    const problem = renderProblem({ line: 1, id: hostile, outcome: 'failed', reason: hostile });
    expect(shown((progress) => progress.note(problem))).toBe(`line 1 (${harmless}) failed: ${harmless}\n`);
    expect(shown((progress) => progress.show(hostile))).toBe(`${harmless}\n`);
    const status = { consumer: 'orders', state: 'paused', since: 0, mappings: [], unmapped: [] } as const;
    expect(renderStatuses([{ ...status, reason: hostile }])).toBe(
      `orders  paused, gets no messages; since 1970-01-01T00:00:00Z; ${harmless}\n`,
    );
  });

  it('is so in the ledger of the demo', () => {
    const summary = {
      faults: { planned: 0, happened: 0 },
      ledger: {
        events: 1,
        accounted: false,
        refused: [{ id: hostile, status: 'failed', problem: hostile }],
        reachedNobody: [],
        unroutable: 0,
        rows: [],
      },
      seconds: { started: 0, published: 0, total: 0 },
      broker: 'RabbitMQ',
      kills: 0,
      settled: true,
    };
    const stream = { isTTY: false } as NodeJS.WriteStream;
    expect(renderSummary(summary as never, paintFor(stream))).toContain(`${harmless} (failed: ${harmless})`);
  });
});
