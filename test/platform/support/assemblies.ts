import { existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { withLock } from '../../../lib/platform/cli/setup/lock.js';
import { synthesize, synthesizing } from '../../../lib/platform/cli/synthesize.ts';
import { configurationLines } from '../../../lib/platform/config/broker-configuration.ts';
import { selectEnvironment } from '../../../lib/platform/config/select-environment.ts';
import type { AssemblyInProgress } from '../../../lib/platform/local/local-run.ts';
import { project } from '../application/project.ts';

/**
 * The stacks for an environment. The files of one `npm test` share what the first of them synthesizes, while others wait; nobody may change it.
 *
 * @param scratchFolder makes a folder that goes with the test file, for a file that runs by itself
 */
export const assemblyOf = (env: string, scratchFolder: () => string): string | AssemblyInProgress => {
  const { TEST_SCRATCH } = process.env;
  if (TEST_SCRATCH === undefined) return synthesizing(project, join(scratchFolder(), 'cdk.out'), { env });
  const shared = join(TEST_SCRATCH, `${env}.out`);
  if (existsSync(shared)) return shared;
  return {
    brokerConfiguration: configurationLines(selectEnvironment(project.environments, { env }).broker.configuration),
    folder: withLock(
      `${shared}.lock`,
      () => undefined,
      async () => {
        if (existsSync(shared)) return shared;
        await synthesize(project, `${shared}.new`, { env });
        renameSync(`${shared}.new`, shared);
        return shared;
      },
    ),
  };
};
