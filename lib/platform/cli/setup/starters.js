import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';

const shells = ['sh', 'ash', 'bash', 'busybox', 'dash', 'ksh', 'zsh'];
const lookMilliseconds = 500;
/** @type {import('node:child_process').ExecFileSyncOptionsWithStringEncoding} */
const quietly = { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] };

/**
 * The processes that npm put above this one: npm itself, and the shell in between where there is one. None where npm did not start it: whoever
 * else did may be gone and want the command to go on.
 *
 * @returns {number[]}
 */
export function starters() {
  if (process.env.npm_lifecycle_event === undefined || process.platform === 'win32') return [];
  const parent = look(process.ppid);
  if (parent === undefined) return [process.ppid];
  return shells.includes(parent.program) ? [process.ppid, parent.parent] : [process.ppid];
}

/**
 * Calls `action` once, when one of the processes is gone.
 *
 * @param {readonly number[]} starters what `starters` gave
 * @param {() => void} action
 * @returns {() => void} ends it
 */
export function whenGone([parent, ...above], action) {
  if (parent === undefined) return () => undefined;
  const timer = setInterval(() => {
    if (process.ppid === parent && above.every(isThere)) return;
    clearInterval(timer);
    action();
  }, lookMilliseconds);
  return () => clearInterval(timer);
}

/** @param {number} pid */
function isThere(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Somebody else's process is there.
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM';
  }
}

/**
 * @param {number} pid
 * @returns {{ program: string, parent: number } | undefined} `undefined` where it is gone, or this system does not tell
 */
function look(pid) {
  try {
    // `12 (name) S 11 …`, where there is /proc: slim containers have no ps.
    const [, program = '', parent] =
      process.platform === 'linux'
        ? (/\((.*)\) \S+ (\d+)/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? [])
        : (/^\s*(.*?)\s+(\d+)\s*$/s.exec(execFileSync('ps', ['-o', 'comm=,ppid=', '-p', String(pid)], quietly)) ?? []);
    // A login shell's name begins with a hyphen.
    return { program: basename(program).replace(/^-/, ''), parent: Number(parent) };
  } catch {
    return undefined;
  }
}
