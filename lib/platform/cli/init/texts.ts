import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Change } from '../source/changes.ts';
import { Refusal } from '../source/refusal.ts';

/** Texts of files, by path from the project's folder. */
export type Texts = Readonly<Record<string, string>>;

/** @throws Refusal for a file that is not there */
export const textOf = (texts: Texts, path: string): string => {
  const text = texts[path];
  if (text === undefined) throw new Refusal(`${path} is missing: is this the project's folder?`);
  return text;
};

/** The files that have the project's name or samples in them. */
export const readTexts = (root: string): Texts => {
  const single = ['package.json', 'package-lock.json', 'README.md', 'CHANGELOG.md', 'lib/app.ts', 'lib/stacks.ts'];
  const paths = [
    ...single.filter((path) => existsSync(join(root, path))),
    ...['docs', 'functions', 'services', 'test/functions'].flatMap((folder) => filesIn(root, folder)),
  ];
  return Object.fromEntries(paths.map((path) => [path, readFileSync(join(root, path), 'utf8')]));
};

const filesIn = (root: string, folder: string): string[] =>
  existsSync(join(root, folder))
    ? readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
        .filter((path) => /\.(ts|md)$/.test(path))
        .sort()
        .map((path) => `${folder}/${path.replaceAll('\\', '/')}`)
    : [];

/** The texts after some changes. */
export const changed = (texts: Texts, changes: readonly Change[]): Texts => {
  const all: Record<string, string> = { ...texts };
  for (const { path, text } of changes) {
    if (text === undefined) delete all[path];
    else all[path] = text;
  }
  return all;
};

/** One change for each file. */
export const merged = (...lists: readonly (readonly Change[])[]): Change[] => {
  const byPath = new Map<string, Change>();
  for (const change of lists.flat()) {
    const earlier = byPath.get(change.path);
    byPath.set(change.path, earlier ? { ...change, what: `${earlier.what}; ${change.what}` } : change);
  }
  return [...byPath.values()];
};
