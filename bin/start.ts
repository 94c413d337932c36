import { runStartCommand } from '../lib/platform/cli/start/start.ts';
import { project } from './project.ts';

await runStartCommand(project);
