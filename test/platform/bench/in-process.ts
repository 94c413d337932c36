import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Comparison } from './comparison.ts';

/**
 * Runs a benchmark file in a process of its own, so that no benchmark inherits another one's compiled code and heap. What
 * the measured functions print (metrics, logs) is written and thrown away, as Lambda takes it off their hands.
 */
export const inProcess = async (
  file: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<Comparison[]> => {
  const child = fork(fileURLToPath(new URL(file, import.meta.url)), {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: { ...process.env, ...environment },
  });
  const exit = once(child, 'exit');
  let comparisons: Comparison[] | undefined;
  child.on('message', (message) => {
    comparisons = message as Comparison[];
  });
  const [code, signal] = await exit;
  if (code !== 0 || comparisons === undefined)
    throw new Error(`${file} ended with ${signal ?? `exit code ${code}`} and ${comparisons ? 'a' : 'no'} result`);
  return comparisons;
};

/** Called by the benchmark file with its results. */
export const report = (comparisons: readonly Comparison[]): void => {
  if (!process.send) throw new Error('this file is started by npm run bench');
  process.send(comparisons, () => process.disconnect());
};
