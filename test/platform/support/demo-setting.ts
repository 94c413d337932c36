// What tests of the demo share: a run of it on the test application, on a broker of the version that the file is about.

import { join } from 'node:path';
import type { RunSummary } from '../../../lib/platform/cli/demo/render.ts';
import { type DemoRun, runDemo } from '../../../lib/platform/cli/demo/run-demo.ts';
import { topologyOf } from '../../../lib/platform/declaration/topology-of.ts';
import { app } from '../application/app.ts';
import { effects } from '../application/effects.ts';
import { localAssembly, scratchFolder } from './local-run-setting.ts';
import { installationOfThisRun } from './test-broker.ts';

/** Runs the demo with these events, without showing its progress. */
export const demoOf = (options: Pick<DemoRun, 'events'> & Partial<DemoRun>): Promise<RunSummary> =>
  runDemo({
    declaration: topologyOf(app),
    effects,
    publisher: 'shop',
    localRun: {
      assembly: localAssembly(),
      directory: join(scratchFolder(), '.local'),
      installation: installationOfThisRun(),
    },
    progress: { show: () => {}, note: () => {}, clear: () => {} },
    begun: performance.now(),
    ...options,
  });
