export interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** What became of one test file in one project of jest's configuration. */
export interface TestedFile extends Tally {
  readonly path: string;
  readonly project: string;
  readonly seconds: number;
  /** Its own and that of processes that it started and that have ended; not known without /proc. */
  readonly cpuSeconds?: number;
}

/** One line for each project, in the order in which they first ended a file. */
export function linesByProject(files: readonly TestedFile[]): string[] {
  const projects = Map.groupBy(files, ({ project }) => project);
  return [...projects].map(([project, ofProject]) => {
    const seconds = ofProject.reduce((total, { seconds }) => total + seconds, 0);
    return `${project}: ${lastLine(sum(ofProject))} in ${ofProject.length} files (${Math.round(seconds)} s one after the other)`;
  });
}

/** Names the files that took the most CPU time, the most expensive first. */
export function mostExpensive(files: readonly TestedFile[], count: number): string[] {
  return files
    .filter(({ cpuSeconds = 0 }) => cpuSeconds >= 1)
    .toSorted((a, b) => (b.cpuSeconds ?? 0) - (a.cpuSeconds ?? 0))
    .slice(0, count)
    .map(
      ({ path, project, cpuSeconds = 0, seconds }) =>
        `${cpuSeconds.toFixed(1)} s of CPU time (in ${seconds.toFixed(0)} s): ${path}, ${project}`,
    );
}

/** How many of a run's tests are of the kind that is to run on every version of the broker. */
export function everyVersionTests(files: readonly TestedFile[]): number {
  const { passed, failed, skipped } = sum(files.filter(({ path }) => isForEveryVersion(path)));
  return passed + failed + skipped;
}

export function isForEveryVersion(file: string): boolean {
  return file.endsWith('.every-version.test.ts');
}

export function sum(tallies: readonly Tally[]): Tally {
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
