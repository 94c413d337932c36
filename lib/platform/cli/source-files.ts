import { readdirSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

/** Packages and synthesized stacks. */
const foreign: ReadonlySet<string> = new Set(['node_modules', 'cdk.out']);

/** Not what a package manager, a version control system or an editor keeps beside the sources. */
export const isSource = (name: string): boolean => !name.startsWith('.') && !name.endsWith('~') && !foreign.has(name);

/** Documentation and tests make nothing that runs. */
export const makesNothing = (path: string): boolean => /^(?:docs|test)(?:\/|$)|\.md$/.test(path);

/** Relative path with `/`, as everything is named here. */
export const pathIn = (root: string, path: string): string => relative(root, path).split(sep).join('/');

/**
 * All files that stacks may be made from, in order: those of the project but for documentation and tests, and those beside the program that makes the stacks.
 * @param besides folder of that program
 */
export const sourceFiles = (root: string, besides: string): readonly string[] => {
  const files = new Set<string>();
  const visit = (folder: string, skip: (path: string) => boolean): void => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      const name = pathIn(root, path);
      if (!isSource(entry.name) || skip(name)) continue;
      if (entry.isDirectory()) visit(path, skip);
      else files.add(name);
    }
  };
  visit(root, makesNothing);
  visit(besides, () => false);
  return [...files].sort();
};
