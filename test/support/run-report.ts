/** The numbers of jest's `--json` report that matter here. */
export interface JestReport {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  /** Test files that failed before their tests could run. */
  numRuntimeErrorTestSuites: number;
  testResults: { name: string; assertionResults: { status: string }[] }[];
}

export interface Tally {
  passed: number;
  failed: number;
  skipped: number;
}

/** A file that could not run is one failure: its tests are not known. */
export function tallyOf(report: JestReport): Tally {
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + report.numRuntimeErrorTestSuites,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

/** How many of a run's tests are of the kind that is to run on every version of the broker. */
export function everyVersionTests(report: JestReport): number {
  return report.testResults
    .filter(({ name }) => isForEveryVersion(name))
    .reduce((sum, { assertionResults }) => sum + assertionResults.length, 0);
}

export function isForEveryVersion(file: string): boolean {
  return file.endsWith('.every-version.test.ts');
}

/** jest's `testPathIgnorePatterns` that leaves only those files. */
export const allButEveryVersion = '^(?!.*\\.every-version\\.test\\.ts$)';

export function sum(tallies: Tally[]): Tally {
  const total = { passed: 0, failed: 0, skipped: 0 };
  for (const { passed, failed, skipped } of tallies) {
    total.passed += passed;
    total.failed += failed;
    total.skipped += skipped;
  }
  return total;
}

export function lastLine({ passed, failed, skipped }: Tally): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
