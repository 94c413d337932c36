import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Milliseconds; the longest step, on a slow connection, takes about two minutes. */
const longestWait = 600_000;

/**
 * Runs `work` while no other process of this machine runs it under the same lock file. A lock whose holder is gone is
 * taken over. (Two that take it over in the same instant may both go on; all work done under it bears that, it is only dearer.)
 *
 * @template T
 * @param {string} file
 * @param {() => void} onWait called once if another process has it
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(file, onWait, work) {
  mkdirSync(dirname(file), { recursive: true });
  const patience = Date.now() + longestWait;
  let waited = false;
  while (!take(file)) {
    if (!waited) onWait();
    waited = true;
    // The number of a holder that is gone may belong to somebody else by now.
    if (Date.now() > patience)
      throw new Error(`another set-up has held ${file} for 10 minutes; delete it if none runs`);
    await sleep(200);
  }
  const release = () => rmSync(file, { force: true });
  process.once('exit', release);
  try {
    return await work();
  } finally {
    process.removeListener('exit', release);
    release();
  }
}

/** @param {string} file */
function take(file) {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error;
  }
  if (!isHeld(file)) rmSync(file, { force: true });
  return false;
}

/** @param {string} file */
function isHeld(file) {
  let holder;
  let age;
  try {
    holder = Number(readFileSync(file, 'utf8'));
    age = Date.now() - statSync(file).mtimeMs;
  } catch {
    // Released between the two looks.
    return true;
  }
  // The holder writes its number right after making the file; one that was killed between the two never does.
  if (holder === 0) return age < 5000;
  try {
    process.kill(holder, 0);
    return true;
  } catch (error) {
    // EPERM: it lives and belongs to somebody else.
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM';
  }
}
