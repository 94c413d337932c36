import { effects } from '../functions/effects.ts';
import { events } from '../functions/events.ts';
import { runDemoCommand } from '../lib/platform/cli/demo/demo.ts';
import { project } from './project.ts';

process.exitCode = await runDemoCommand(project, { events, effects }, process.argv.slice(2));
