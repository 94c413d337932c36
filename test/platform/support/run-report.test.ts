import { describe, expect, it } from '@jest/globals';
import { everyVersionTests, lastLine, linesByProject, mostExpensive, sum, type TestedFile } from './run-report.ts';

const file = (change: Partial<TestedFile>): TestedFile => ({
  path: 'test/x.test.ts',
  project: 'unit',
  passed: 1,
  failed: 0,
  skipped: 0,
  seconds: 1,
  ...change,
});

const files = [
  file({ passed: 5, skipped: 2, cpuSeconds: 0.4 }),
  file({
    path: 'test/platform/acceptance/when-x.every-version.test.ts',
    project: 'acceptance',
    failed: 1,
    seconds: 20,
    cpuSeconds: 12.34,
  }),
  file({ path: 'test/y.test.ts', seconds: 2, cpuSeconds: 1.5 }),
];

describe('the report of a test run', () => {
  it('says what each kind of tests gave', () => {
    expect(linesByProject(files)).toEqual([
      'unit: 6 passed, 0 failed, 2 skipped in 2 files (3 s one after the other)',
      'acceptance: 1 passed, 1 failed in 1 files (20 s one after the other)',
    ]);
  });

  it('names the files that took the most CPU time, and none that took hardly any', () => {
    expect(mostExpensive(files, 5)).toEqual([
      '12.3 s of CPU time (in 20 s): test/platform/acceptance/when-x.every-version.test.ts, acceptance',
      '1.5 s of CPU time (in 2 s): test/y.test.ts, unit',
    ]);
    expect(mostExpensive(files, 1)).toHaveLength(1);
  });

  it('knows the tests that are for every version', () => {
    expect(everyVersionTests(files)).toBe(2);
  });

  it('ends in one line that mentions skipped tests only where there are some', () => {
    expect(lastLine(sum(files))).toBe('7 passed, 1 failed, 2 skipped');
    expect(lastLine(sum([file({ passed: 7 })]))).toBe('7 passed, 0 failed');
    expect(lastLine(sum([]))).toBe('0 passed, 0 failed');
  });
});
