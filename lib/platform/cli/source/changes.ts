import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Refusal } from './refusal.ts';
import { parseSource } from './source.ts';

/** What becomes of a file. */
export interface Change {
  /** From the project's folder. */
  readonly path: string;
  /** Absent: the file is removed. */
  readonly text?: string;
  /** What is new in it, for the user. */
  readonly what: string;
}

/**
 * Puts the text of all changes into the project's format.
 *
 * @throws Refusal for TypeScript that does not parse, or when the formatter fails: nothing has been written yet
 */
export const formatted = (root: string, changes: readonly Change[]): Promise<Change[]> =>
  Promise.all(
    changes.map(async (change) => {
      if (change.text === undefined || !/\.[jt]s$/.test(change.path)) return change;
      parseSource(change.path, change.text);
      return { ...change, text: await format(root, change.path, change.text) };
    }),
  );

const format = async (root: string, path: string, text: string): Promise<string> => {
  const biome = spawn(
    process.execPath,
    [join(root, 'node_modules/@biomejs/biome/bin/biome'), 'check', '--write', `--stdin-file-path=${path}`],
    { cwd: root, stdio: ['pipe', 'pipe', 'pipe'] },
  );
  const output: Buffer[] = [];
  const problems: Buffer[] = [];
  biome.stdout.on('data', (chunk: Buffer) => output.push(chunk));
  biome.stderr.on('data', (chunk: Buffer) => problems.push(chunk));
  biome.stdin.end(text);
  const [code] = await once(biome, 'close');
  if (code === 0 && output.length > 0) return Buffer.concat(output).toString();
  throw new Refusal(
    `${path} can't be formatted (biome ended with ${code}): ${Buffer.concat(problems).toString().trim()}`,
  );
};

/** Writes, and removes, what has been prepared. So are folders that this leaves empty. */
export const write = (root: string, changes: readonly Change[]): void => {
  for (const { path, text } of changes) {
    if (text === undefined) continue;
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  for (const { path, text } of changes) if (text === undefined) remove(join(root, path));
};

const remove = (file: string): void => {
  rmSync(file);
  for (let folder = dirname(file); readdirSync(folder).length === 0; folder = dirname(folder)) rmdirSync(folder);
};

/** @throws Refusal for a file that is there already */
export const refuseExisting = (root: string, paths: readonly string[]): void => {
  const existing = paths.filter((path) => existsSync(join(root, path)));
  if (existing.length > 0) throw new Refusal(`${existing.join(' and ')} exists already: take another name, or move it`);
};

/** One line for each file. */
export const listed = (changes: readonly Change[]): string => {
  const width = Math.max(...changes.map(({ path }) => path.length));
  return changes.map(({ path, what }) => `  ${path.padEnd(width)}  ${what}`).join('\n');
};
