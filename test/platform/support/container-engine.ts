// A program that answers as Docker does to the commands that a broker in a container takes. Instead of an image it runs the server that
// `CONTAINER_ENGINE_SERVER` describes, on the ports that would be published. Containers are folders beside its own log, `commands.ndjson`.

import { spawn } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { nodeEnvironment } from '../../../lib/platform/local/broker/node-environment.ts';
import { freeBrokerPorts } from '../../../lib/platform/local/broker/ports.ts';
import type { InstalledServer } from '../../../lib/platform/local/broker/servers.ts';

const { CONTAINER_ENGINE_FOLDER: root = '', CONTAINER_ENGINE_SERVER = '{}' } = process.env;
const server = JSON.parse(CONTAINER_ENGINE_SERVER) as InstalledServer;
const [command = '', ...args] = process.argv.slice(2);
const option = (name: string): string | undefined =>
  args.find((argument) => argument.startsWith(`--${name}=`))?.slice(name.length + 3);
const last = args.at(-1) ?? '';
const folderOf = (name: string): string => join(root, 'containers', name);
const end = (code: number, text = ''): never => {
  if (text !== '') process.stderr.write(`${text}\n`);
  process.exit(code);
};

/** Numbers of the processes of a container. */
const processesOf = (name: string): number[] => {
  const file = join(folderOf(name), 'processes');
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean).map(Number) : [];
};
const kill = (name: string, signal: NodeJS.Signals): void => {
  for (const pid of processesOf(name)) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      // It has ended already.
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
};

const commands: Record<string, () => Promise<void> | void> = {
  create: () => {
    if (last.includes('missing')) end(1, `Error: No such image: ${last}`);
    const folder = folderOf(option('name') ?? '');
    for (const each of ['content', 'home', 'data', 'log']) mkdirSync(join(folder, each), { recursive: true });
    writeFileSync(join(folder, 'label'), option('label')?.replace(/^.*?=/, '') ?? '');
  },
  cp: () => cpSync(args[0] ?? '', join(folderOf(last.replace(/:.*/, '')), 'content'), { recursive: true }),
  start: async () => {
    const taken = join(root, 'next-port-is-taken');
    if (existsSync(taken)) {
      rmSync(taken);
      end(1, 'Error response from daemon: Bind for 127.0.0.1:20001 failed: port is already allocated');
    }
    const folder = folderOf(last);
    const content = join(folder, 'content');
    const configuration = join(content, 'rabbitmq.conf');
    writeFileSync(configuration, readFileSync(configuration, 'utf8').replaceAll('/etc/rabbitmq', content));
    const ports = await freeBrokerPorts();
    const env = {
      ...nodeEnvironment(server, folder, 'rabbit@localhost', ports),
      RABBITMQ_CONFIG_FILE: configuration,
      RABBITMQ_ADVANCED_CONFIG_FILE: join(content, 'advanced.config'),
      RABBITMQ_ENABLED_PLUGINS_FILE: join(content, 'enabled_plugins'),
    };
    const epmd = spawn('epmd', ['-port', String(ports.epmd)], { env, stdio: 'ignore', detached: true });
    const machine = spawn(join(server.home, 'sbin/rabbitmq-server'), { env, stdio: 'inherit', detached: true });
    writeFileSync(join(folder, 'environment'), JSON.stringify(env));
    writeFileSync(join(folder, 'processes'), `${machine.pid}\n${epmd.pid}\n`);
    machine.once('exit', (code) => {
      epmd.kill('SIGKILL');
      end(code ?? 137);
    });
  },
  exec: () => {
    const [name = '', program = '', ...rest] = args;
    const env = JSON.parse(readFileSync(join(folderOf(name), 'environment'), 'utf8'));
    spawn(join(server.home, 'sbin', program), rest, { env, stdio: 'inherit' }).once('exit', (code) => end(code ?? 1));
  },
  kill: () => kill(last, option('signal') as NodeJS.Signals),
  ps: () =>
    process.stdout.write(
      readdirSync(join(root, 'containers'))
        .map((name) => `${name}\n`)
        .join(''),
    ) as never,
  inspect: () => process.stdout.write(`${readFileSync(join(folderOf(last), 'label'), 'utf8')}\n`) as never,
  rm: () => {
    kill(last, 'SIGKILL');
    rmSync(folderOf(last), { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  },
};

mkdirSync(join(root, 'containers'), { recursive: true });
appendFileSync(join(root, 'commands.ndjson'), `${JSON.stringify([command, ...args])}\n`);
await commands[command]?.();
