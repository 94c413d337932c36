// Everything goes to standard error: standard output belongs to the command that is run afterwards.

/** @param {string} line */
export function say(line) {
  process.stderr.write(`${line}\n`);
}

/**
 * Shows on a terminal that something goes on; elsewhere nothing.
 *
 * @template T
 * @param {() => string} describe called four times a second
 * @param {Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withProgress(describe, work) {
  if (!process.stderr.isTTY) return work;
  const startedAt = Date.now();
  const show = () => process.stderr.write(`\r\x1b[K${describe()} (${Math.round((Date.now() - startedAt) / 1000)} s)`);
  show();
  const timer = setInterval(show, 250);
  try {
    return await work;
  } finally {
    clearInterval(timer);
    process.stderr.write('\r\x1b[K');
  }
}

/** @param {number} since milliseconds, of Date.now() */
export function secondsSince(since) {
  return `${((Date.now() - since) / 1000).toFixed(1)} s`;
}

/** @param {number} bytes */
export function megabytes(bytes) {
  return `${Math.round(bytes / 1e6)} MB`;
}
