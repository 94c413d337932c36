import { runInitCommand } from '../lib/platform/cli/init/init.ts';

process.exitCode = await runInitCommand(process.argv.slice(2));
