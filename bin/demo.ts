import { effects } from '../functions/effects.ts';
import { runDemoCommand } from '../lib/platform/cli/demo/demo.ts';
import { project } from './project.ts';

process.exitCode = await runDemoCommand(project, effects, process.argv.slice(2));
