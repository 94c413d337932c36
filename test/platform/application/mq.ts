// npm run mq, on the test application.

import { runMqCommand } from '../../../lib/platform/cli/mq/mq.ts';
import { project } from './project.ts';

process.exitCode = await runMqCommand(project, process.argv.slice(2));
