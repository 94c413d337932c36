import { describe, expect, it } from '@jest/globals';
import { makeLedger } from '../../../../lib/platform/cli/demo/ledger.ts';
import { renderNext } from '../../../../lib/platform/cli/demo/render-next.ts';

const letter = (id: string, reason: string, error?: string) => ({
  id,
  attempt: 5,
  reason,
  ...(error !== undefined && { error }),
});
const ledgerOf = (deadLetters: ReturnType<typeof letter>[], doomed: readonly string[]) =>
  makeLedger({
    published: [],
    consumers: [{ consumer: 'orders', arrived: deadLetters.map(({ id }) => id), done: [], deadLetters, waiting: [] }],
    unroutable: 0,
    doomed: new Map([['orders', new Set(doomed)]]),
  });

describe('what to do after a demo', () => {
  it('shows one dead letter with its reason, and commands to try', () => {
    const text = renderNext(
      ledgerOf([letter('a', 'invalid'), letter('b', 'exhausted', 'TypeError: no\nway')], ['a', 'b']),
    );
    for (const part of ['orders.dead-letter: b, attempt 5', 'exhausted: TypeError: no', '--chaos kill', 'npm start'])
      expect(text).toContain(part);
    expect(text).not.toContain('invalid');
  });

  it('shows one that nobody made to become one, if there is one', () => {
    expect(renderNext(ledgerOf([letter('a', 'exhausted'), letter('b', 'fatal')], ['a']))).toContain(': b, attempt 5');
  });

  it('shows none where there is none', () => {
    expect(renderNext(ledgerOf([], []))).not.toContain('dead letter');
  });
});
