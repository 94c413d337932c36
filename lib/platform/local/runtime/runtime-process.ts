import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { delimiter, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FunctionSettings } from './function-settings.ts';
import { type LocalAccess, runtimeVariables } from './runtime-variables.ts';

const runtimeClient = createRequire(import.meta.url).resolve('aws-lambda-ric');
const nativeStandIn = fileURLToPath(new URL('rapid-client.cjs', import.meta.url));
const faultLayer = (folder: string): string => {
  const preload = new URL('../faults/preload.ts', import.meta.url);
  preload.searchParams.set('plan', folder);
  return preload.href;
};
const setpriv = ['/usr/bin/setpriv', '/bin/setpriv'].find((path) => existsSync(path));

/**
 * Starts AWS's own runtime client on the Node that runs this program.
 *
 * The heap gets nine tenths of the function's memory, as in Lambda's Node.js runtimes. On Linux the kernel ends the
 * process with its parent (`setpriv --pdeathsig`); elsewhere the end of its standard input does. The process leads a
 * group of its own, so that Ctrl-C in a terminal reaches only the parent, which then ends it in order.
 */
export const startRuntimeProcess = (
  settings: FunctionSettings,
  access: LocalAccess,
  runtimeApi: string,
  logStream: string,
): ChildProcess => {
  const node = [
    process.execPath,
    `--max-old-space-size=${Math.floor(settings.memoryMegabytes * 0.9)}`,
    '--require',
    nativeStandIn,
    ...(access.faults === undefined ? [] : ['--import', faultLayer(access.faults)]),
    runtimeClient,
    settings.handler,
  ];
  const [command = '', ...args] = setpriv ? [setpriv, '--pdeathsig', 'KILL', ...node] : node;
  return spawn(command, args, {
    cwd: settings.code,
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
    env: runtimeVariables(settings, access, {
      runtimeApi,
      logStream,
      searchPath: [dirname(process.execPath), '/usr/local/bin', '/usr/bin', '/bin'].join(delimiter),
      temporaryFolder: tmpdir(),
    }),
  });
};

/** Kills what is left of the group of a process started by `startRuntimeProcess`: itself and whatever it started. */
export const killRuntimeProcess = (child: ChildProcess): void => {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch (error) {
    // Nobody is left.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
};
