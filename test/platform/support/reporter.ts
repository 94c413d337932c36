import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AggregatedResult, Reporter, Test, TestResult } from '@jest/reporters';
import type { TestedFile } from './run-report.ts';

/** The runner's report, in its folder. */
export const report = 'report.json';

/** Tells the runner what became of each test file; what jest's own `--json` writes does not say which kind of tests a file ran as. */
export default class RunReporter implements Pick<Reporter, 'onTestResult' | 'onRunComplete'> {
  readonly #files: TestedFile[] = [];

  onTestResult({ context }: Test, result: TestResult): void {
    const { testFilePath, numPassingTests, numFailingTests, numPendingTests, numTodoTests, perfStats } = result;
    this.#files.push({
      path: testFilePath,
      project: context.config.displayName?.name ?? '',
      // A file that could not run is one failure: its tests are not known.
      failed: numFailingTests + (result.testExecError ? 1 : 0),
      passed: numPassingTests,
      skipped: numPendingTests + numTodoTests,
      seconds: perfStats.runtime / 1000,
    });
  }

  onRunComplete(_: unknown, { wasInterrupted }: AggregatedResult): void {
    const { TEST_SCRATCH } = process.env;
    if (TEST_SCRATCH !== undefined && !wasInterrupted)
      writeFileSync(join(TEST_SCRATCH, report), JSON.stringify(this.#files));
  }
}
