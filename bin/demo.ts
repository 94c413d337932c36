import { demoDomain } from '../functions/demo/domain.ts';
import { runDemoCommand } from '../lib/platform/cli/demo/demo.ts';
import { project } from './project.ts';

process.exitCode = await runDemoCommand(project, demoDomain, process.argv.slice(2));
