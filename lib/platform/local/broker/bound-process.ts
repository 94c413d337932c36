import { type ChildProcess, spawn, spawnSync } from 'node:child_process';

/** A process that dies with the process that started it, even when that one is killed. */
export interface BoundProcess {
  pid: number;
  /** Settles when the process has ended; says how, for messages. */
  ended: Promise<string>;
  hasEnded(): boolean;
  signal(name: 'SIGTERM' | 'SIGKILL'): void;
}

export interface BoundProcessOptions {
  env: NodeJS.ProcessEnv;
  cwd: string;
  /** An open file that takes the output. */
  output: number;
  /** How the death of the parent is noticed. @default what this system offers: `setpriv`, else `watchdog` */
  means?: 'setpriv' | 'watchdog';
}

/** @throws Error if the program could not be started */
export async function startBoundProcess(
  command: string,
  args: string[],
  options: BoundProcessOptions,
): Promise<BoundProcess> {
  const { env, cwd, output, means = hasSetpriv() ? 'setpriv' : 'watchdog' } = options;
  const [program, ...programArgs] =
    means === 'setpriv' ? ['setpriv', '--pdeathsig', 'KILL', '--', command, ...args] : [command, ...args];
  // A session of its own: Ctrl-C in the terminal is for the parent, which then stops its processes in order.
  const child = spawn(program, programArgs, { env, cwd, stdio: ['ignore', output, output], detached: true });
  const ended = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => resolve(signal === null ? `exit code ${code}` : `signal ${signal}`));
  });
  const pid = await started(child, command);
  const watchdog = means === 'watchdog' ? startWatchdog('kill', '-KILL', String(pid)) : undefined;
  let over = false;
  const settled = ended.then((how) => {
    over = true;
    watchdog?.kill('SIGKILL');
    return how;
  });
  return {
    pid,
    ended: settled,
    hasEnded: () => over,
    signal: (name) => {
      child.kill(name);
    },
  };
}

function started(child: ChildProcess, command: string): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', (cause) => reject(new Error(`cannot start ${command}: ${cause.message}`, { cause })));
    child.once('spawn', () => resolve(child.pid as number));
  });
}

/**
 * Runs a command once this process is gone, even killed. Ends unused when it is killed itself.
 *
 * Its standard input is a pipe that only this process holds open: end of file means that this process is gone.
 */
export function startWatchdog(...command: readonly string[]): ChildProcess {
  const watchdog = spawn('/bin/sh', ['-c', 'read -r _; "$@"', 'sh', ...command], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  watchdog.unref();
  return watchdog;
}

let setpriv: boolean | undefined;

/** util-linux 2.33 or newer (2018); busybox has a `setpriv` without the option. */
function hasSetpriv(): boolean {
  setpriv ??= spawnSync('setpriv', ['--pdeathsig', 'KILL', 'true'], { stdio: 'ignore' }).status === 0;
  return setpriv;
}
