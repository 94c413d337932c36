import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** A zombie, which its parent has not collected yet, counts as gone. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  const status = `/proc/${pid}/stat`;
  if (!existsSync(status)) return process.platform !== 'linux';
  return !/^\d+ \(.*\) [ZX] /s.test(readFileSync(status, 'utf8'));
}

/** @throws Error when the condition does not hold in time */
export async function until(condition: () => boolean, timeoutMilliseconds: number): Promise<void> {
  const deadline = performance.now() + timeoutMilliseconds;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`not so after ${timeoutMilliseconds} ms: ${condition}`);
    await sleep(20);
  }
}
