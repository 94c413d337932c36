import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { projectRoot } from '../../../lib/platform/project-root.ts';

const read = (path: string): string => readFileSync(join(projectRoot, path), 'utf8');
const doors: Readonly<Record<string, string>> = JSON.parse(read('package.json')).imports;
const folder = 'lib/platform/public';

const kindOf = (value: unknown): string => {
  if (typeof value !== 'function') return 'value';
  return /^class\b/.test(Function.prototype.toString.call(value)) ? 'class' : 'function';
};

/** Names under which types leave a file of `export type { A, B as C } from '…'`. */
const typesOf = (source: string): string[] =>
  [...source.matchAll(/^export type \{([^}]*)\}/gm)].flatMap(([, names = '']) =>
    names
      .split(',')
      .map((name) => name.trim().split(' as ').at(-1) ?? '')
      .filter((name) => name !== ''),
  );

const exportsOf = async ([door, path]: readonly [string, string]): Promise<string[]> => [
  ...Object.entries(await import(join(projectRoot, path))).map(([name, value]) => `${door} ${name} ${kindOf(value)}`),
  ...typesOf(read(path)).map((name) => `${door} ${name} type`),
];

describe('the doors', () => {
  it('have what is approved in approved-exports.txt: to change it is a decision, and a line in the changelog', async () => {
    const found = (await Promise.all(Object.entries(doors).map(exportsOf))).flat().sort();
    expect(`${found.join('\n')}\n`).toBe(read('test/platform/public/approved-exports.txt'));
  });

  it('are the files of lib/platform/public, each under its own name', () => {
    const files = readdirSync(join(projectRoot, folder)).map((file) => [
      `#${file.replace(/\.ts$/, '')}`,
      `./${folder}/${file}`,
    ]);
    expect(doors).toEqual(Object.fromEntries(files));
  });

  it.each(Object.values(doors))('lead on and do nothing themselves: %s', (path) => {
    const rest = read(path).replace(/^export (type )?\{[^}]*\} from '\.\.\/[^']+\.ts';\n/gm, '');
    expect(rest).toBe('');
  });

  it.each(Object.keys(doors))('are described in docs/public-api.md: %s', async (door) => {
    const page = read('docs/public-api.md');
    const [section = ''] = page.split(/^## /m).filter((text) => text.startsWith(`\`${door}\``));
    const names = (await exportsOf([door, doors[door] ?? ''])).map((line) => line.split(' ')[1]);
    expect(names.filter((name) => !section.includes(`\`${name}\``))).toEqual([]);
  });
});
