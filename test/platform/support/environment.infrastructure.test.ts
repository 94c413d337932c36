import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { projectRoot } from '../../../lib/platform/project-root.ts';

/** The last line of a run of tests. */
const lastLineOf = (...args: string[]) =>
  new Promise<string | undefined>((resolve) => {
    const command = [join(projectRoot, 'test/run.ts'), ...args];
    execFile(process.execPath, command, { timeout: 110_000 }, (_, stdout) => resolve(stdout.trim().split('\n').at(-1)));
  });

describe('a test file of which no test was chosen', () => {
  it('has left nothing behind, although it made a folder when it was loaded', async () => {
    const chosen = ['--unit', '--testPathPatterns', 'setup/lock', '-t', 'no test has this name'];
    expect(await lastLineOf(...chosen)).toMatch(/^0 passed, 0 failed, \d+ skipped$/);
  });
});
