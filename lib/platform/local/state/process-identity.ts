import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** A process that cannot be taken for a later one with the same number. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it started, in the words of the operating system. */
  readonly started: string;
}

/** Identity of a running process; `undefined` for one that is gone, or dead and not yet reaped. */
export const identify = (pid: number): ProcessIdentity | undefined => {
  if (process.platform === 'linux') {
    try {
      // After the command's name in parentheses: state is field 3, start time field 22.
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
      return fields[0] === 'Z' ? undefined : { pid, started: fields[19] ?? '' };
    } catch {
      return undefined;
    }
  }
  try {
    const started = execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
    return started === '' ? undefined : { pid, started };
  } catch {
    return undefined;
  }
};

/** Whether this very process still runs. */
export const isRunning = (identity: ProcessIdentity): boolean => identify(identity.pid)?.started === identity.started;
