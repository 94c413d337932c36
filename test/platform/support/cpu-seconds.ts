import { existsSync, readFileSync } from 'node:fs';

const ticksPerSecond = 100;

/** CPU time, user and system, of this process and, where /proc tells (on Linux), of those of its children that have ended. */
export function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  const [, , childrenUser = 0, childrenSystem = 0] = timesOf('self');
  return (user + system) / 1e6 + (childrenUser + childrenSystem) / ticksPerSecond;
}

/** CPU time of another process that is running; 0 where it is gone or /proc does not tell. */
export function cpuSecondsOf(pid: number): number {
  const [user = 0, system = 0] = timesOf(String(pid));
  return (user + system) / ticksPerSecond;
}

/** utime, stime, cutime, cstime of proc_pid_stat(5). The process's name before them may hold blanks and parentheses. */
function timesOf(pid: string): number[] {
  const file = `/proc/${pid}/stat`;
  if (!existsSync(file)) return [];
  return (readFileSync(file, 'utf8').split(') ').at(-1) ?? '').split(' ').slice(11, 15).map(Number);
}
