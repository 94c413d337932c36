import { runNewCommand } from '../lib/platform/cli/new/new.ts';
import { project } from './project.ts';

process.exitCode = await runNewCommand(project, process.argv.slice(2));
