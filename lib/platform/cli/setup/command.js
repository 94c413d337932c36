import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { whenGone } from './starters.js';

/** Environment variable by which a command knows that it is this process that has to be there. */
const startedBy = 'SETUP_PID';

/**
 * Runs the user's command in the foreground and then ends this process as the command ended. Signals reach the command, whoever of the processes
 * above it was meant: npm passes on SIGINT and SIGTERM, but to a shell, which dies of them without a word to its child.
 *
 * @param {string[]} command
 * @param {NodeJS.ProcessEnv} env
 * @param {readonly number[]} starters processes without which nobody would miss the command any more
 */
export function handOver([program = '', ...args], env, starters) {
  const child = spawn(program, args, { stdio: 'inherit', env: { ...env, [startedBy]: String(process.pid) } });
  let told = false;
  const forward = (/** @type {NodeJS.Signals} */ signal) => {
    // The terminal sends Ctrl-C to the command as well; a second one would mean "at once" to it.
    if (signal === 'SIGINT' && process.stdin.isTTY) return;
    told = true;
    child.kill(signal);
  };
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) process.on(signal, forward);
  const stopWatching = whenGone(starters, () => {
    if (!told) forward('SIGTERM');
  });
  child.once('error', (error) => {
    stopWatching();
    process.stderr.write(`cannot run ${program}: ${error.message}\n`);
    process.exitCode = 127;
  });
  child.once('exit', (code, signal) => {
    stopWatching();
    process.exitCode = code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
  });
}
