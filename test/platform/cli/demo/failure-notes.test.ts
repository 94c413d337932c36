import { describe, expect, it } from '@jest/globals';
import { failureNotes } from '../../../../lib/platform/cli/demo/failure-notes.ts';
import { FunctionNames } from '../../../../lib/platform/cli/function-names.ts';
import { exited, timedOut } from '../../../../lib/platform/local/runtime/invocation.ts';

describe('a function that fails in the demo', () => {
  const names = new FunctionNames();
  names.note({ type: 'function', functionName: 'shop-local-Pay-1A2B', service: 'pay' });
  const notes = (...errors: readonly ReturnType<typeof exited>[]): readonly string[] => {
    const noted: string[] = [];
    const tell = failureNotes(names, { note: (text) => noted.push(text) });
    for (const error of errors)
      tell({ type: 'function-failed', functionName: 'shop-local-Pay-1A2B', error, code: '/c' });
    return noted;
  };

  it('is named as people know it, with the lines of the source', () => {
    const trace = ['RangeError: strange', '    at settings (/c/functions/pay/handler.ts:3:9)'];
    expect(notes({ errorType: 'RangeError', errorMessage: 'strange', trace })).toEqual([
      'pay failed:',
      'RangeError: strange',
      '    at settings (functions/pay/handler.ts:3:9)',
    ]);
  });

  it('is told once for each way in which it fails, whatever the request', () => {
    const told = notes(timedOut('r-1', 3), timedOut('r-2', 3), exited('r-3', 1, null), timedOut('r-4', 3));
    expect(told.filter((line) => line === 'pay failed:')).toHaveLength(2);
  });
});
