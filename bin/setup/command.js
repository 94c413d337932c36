import { spawn } from 'node:child_process';
import { constants } from 'node:os';

/**
 * Runs the user's command in the foreground and then ends this process as the command ended.
 *
 * @param {string[]} command
 * @param {NodeJS.ProcessEnv} env
 */
export function handOver([program = '', ...args], env) {
  const child = spawn(program, args, { stdio: 'inherit', env });
  const forward = (/** @type {NodeJS.Signals} */ signal) => {
    // The terminal sends Ctrl-C to the command as well; a second one would mean "at once" to it.
    if (!(signal === 'SIGINT' && process.stdin.isTTY)) child.kill(signal);
  };
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) process.on(signal, forward);
  child.once('error', (error) => {
    process.stderr.write(`cannot run ${program}: ${error.message}\n`);
    process.exitCode = 127;
  });
  child.once('exit', (code, signal) => {
    process.exitCode = code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
  });
}
