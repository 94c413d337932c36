import { inspect } from 'node:util';
import { printableLines } from '../printable.ts';
import type { Project } from '../project.ts';
import { type Command, ExitCode, isExplained, UsageError } from './command.ts';

/** By name. Loaded when called, so that no command waits for what another one needs. */
const commands: Readonly<Record<string, () => Promise<{ readonly command: Command }>>> = {
  broker: () => import('./broker/broker-command.ts'),
  consumer: () => import('./consumer/consumer-command.ts'),
  publish: () => import('./publish/publish-command.ts'),
  topology: () => import('./topology/topology-command.ts'),
};

async function overview(): Promise<string> {
  const lines = await Promise.all(
    Object.entries(commands).map(async ([name, load]) => `  ${name.padEnd(12)} ${(await load()).command.summary}`),
  );
  return `npm run mq -- COMMAND\n\n${lines.join('\n')}\n\nnpm run mq -- COMMAND --help says more.`;
}

/** What `npm run mq` does. Resolves with the exit code. */
export async function runMqCommand(project: Project, [name, ...args]: readonly string[]): Promise<number> {
  if (name === undefined || name === '--help' || name === '-h') {
    console.log(await overview());
    return name === undefined ? ExitCode.usage : ExitCode.success;
  }
  const load = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!load) {
    console.error(`mq: there is no command '${name}'\n\n${await overview()}`);
    return ExitCode.usage;
  }
  const { command } = await load();
  try {
    if (args.some((argument) => argument === '--help' || argument === '-h')) {
      console.log(command.usage);
      return ExitCode.success;
    }
    return await command.run(args, project);
  } catch (error) {
    if (error instanceof UsageError) {
      console.error(`mq ${name}: ${printableLines(error.message)}\n\n${command.usage}`);
      return ExitCode.usage;
    }
    console.error(printableLines(isExplained(error) ? `mq ${name}: ${error.message}` : inspect(error)));
    return ExitCode.failure;
  }
}
