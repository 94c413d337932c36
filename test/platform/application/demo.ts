// npm run demo, on the test application.

import { runDemoCommand } from '../../../lib/platform/cli/demo/demo.ts';
import { effects } from './effects.ts';
import { project } from './project.ts';

process.exitCode = await runDemoCommand(project, effects, process.argv.slice(2));
