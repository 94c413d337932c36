import { readFileSync } from 'node:fs';

const pageBytes = 4096;

/**
 * Memory of a process that is its own (resident, without files it shares), in bytes.
 * `undefined` where /proc does not tell (not Linux, or the process is gone).
 */
export const privateMemory = (pid: number): number | undefined => {
  try {
    const [, resident, shared] = readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ').map(Number);
    return resident === undefined || shared === undefined ? undefined : (resident - shared) * pageBytes;
  } catch {
    return undefined;
  }
};
