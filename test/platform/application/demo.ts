// npm run demo, on the test application.

import { runDemoCommand } from '../../../lib/platform/cli/demo/demo.ts';
import { demoDomain } from './demo-domain.ts';
import { project } from './project.ts';

process.exitCode = await runDemoCommand(project, demoDomain, process.argv.slice(2));
