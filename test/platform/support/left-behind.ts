import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Processes take some time to go, the longer the busier the machine. */
const ordinaryPatienceMilliseconds = 10_000;

/** Processes that have the folder's name in their environment and do not end; ends them. Finds them where there is a /proc. */
export async function processesLeft(
  folder: string,
  patienceMilliseconds = ordinaryPatienceMilliseconds,
): Promise<string[]> {
  const deadline = Date.now() + patienceMilliseconds;
  let left = find(folder);
  while (left.length > 0 && Date.now() < deadline) {
    await sleep(50);
    left = find(folder);
  }
  return left.map((pid) => {
    const command = read(pid, 'cmdline').replaceAll('\0', ' ').trim();
    try {
      process.kill(pid, 'SIGKILL');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
    return `process ${pid}, ${command}`;
  });
}

/** What is in the temporary folder of the tests. */
export const foldersLeft = (folder: string): string[] => readdirSync(folder).map((name) => join(folder, name));

const find = (folder: string): number[] => {
  if (!existsSync('/proc/self/environ')) return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => read(pid, 'environ').includes(folder));
};

/** Empty when the process has gone meanwhile or is somebody else's. */
const read = (pid: number, file: string): string => {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1');
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes(code)) return '';
    throw error;
  }
};
