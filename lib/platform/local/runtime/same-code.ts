import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

/** Whether two folders hold the same files with the same content. */
export const isSameCode = (one: string, other: string): boolean => {
  const names = filesIn(one);
  return (
    names.join('\n') === filesIn(other).join('\n') &&
    names.every((name) => readFileSync(join(one, name)).equals(readFileSync(join(other, name))))
  );
};

const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => relative(folder, join(parentPath, name)))
    .sort();
