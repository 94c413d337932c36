import { describe, expect, it } from '@jest/globals';
import {
  allButEveryVersion,
  everyVersionTests,
  isForEveryVersion,
  type JestReport,
  lastLine,
  sum,
  tallyOf,
} from './run-report.ts';

const report: JestReport = {
  numPassedTests: 5,
  numFailedTests: 1,
  numPendingTests: 2,
  numTodoTests: 1,
  numRuntimeErrorTestSuites: 1,
  testResults: [
    {
      name: '/p/test/acceptance/when-x.every-version.test.ts',
      assertionResults: [{ status: 'passed' }, { status: 'failed' }],
    },
    { name: '/p/test/acceptance/when-y.test.ts', assertionResults: [{ status: 'passed' }] },
  ],
};

describe('the report of a test run', () => {
  it('counts a file that could not run as a failure', () => {
    expect(tallyOf(report)).toEqual({ passed: 5, failed: 2, skipped: 3 });
  });

  it('knows the tests that are for every version', () => {
    expect(everyVersionTests(report)).toBe(2);
  });

  it.each(['/p/test/acceptance/a.every-version.test.ts', '/p/test/acceptance/a.test.ts', '/p/every-version.test.ts'])(
    'leaves %s to jest exactly when it is for every version',
    (file) => {
      expect(new RegExp(allButEveryVersion).test(file)).toBe(!isForEveryVersion(file));
    },
  );

  it('ends in one line that mentions skipped tests only where there are some', () => {
    expect(lastLine(sum([tallyOf(report), { passed: 1, failed: 0, skipped: 0 }]))).toBe(
      '6 passed, 2 failed, 3 skipped',
    );
    expect(lastLine(sum([{ passed: 7, failed: 0, skipped: 0 }]))).toBe('7 passed, 0 failed');
    expect(lastLine(sum([]))).toBe('0 passed, 0 failed');
  });
});
