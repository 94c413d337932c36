import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';

const root = join(import.meta.dirname, '../..');
const pages = [
  'README.md',
  ...readdirSync(join(root, 'docs'))
    .filter((file) => file.endsWith('.md'))
    .map((file) => `docs/${file}`),
];

/** Whole programs: those that import, and leave nothing out. */
const examples = pages.flatMap((page) =>
  [...readFileSync(join(root, page), 'utf8').matchAll(/^( *)```ts\n(.*?)^ *```$/gms)]
    .map(([, indent = '', code = '']) => code.replaceAll(new RegExp(`^${indent}`, 'gm'), ''))
    .filter((code) => code.startsWith('import ') && !code.includes('…'))
    .map((code, index) => ({ page, index, code })),
);

/** Where an example would be, by what it imports. */
const folderOf = (code: string): string => {
  if (code.includes("'../../../")) return 'test/functions/fulfil-order';
  if (code.includes("'./app.ts'")) return 'with-publisher';
  return code.includes("'../../lib/") ? 'test/functions' : 'functions/fulfil-order';
};

/** What a page has its reader declare before. */
const appWithPublisher = `
import { application } from '#app';
export const app = application({
  name: 'shop',
  exchanges: { events: { type: 'topic' } },
  consumers: {},
  publishers: { shop: { publishes: [{ exchange: 'events' }] } },
});`;

/** Inside of the project, so that packages and doors are found; the compiler lays it over the project's folders. */
mkdirSync(join(root, '.local'), { recursive: true });
const folder = mkdtempSync(join(root, '.local', 'examples-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('the examples of the documentation', () => {
  it('are found', () => {
    expect(examples.length).toBeGreaterThan(8);
  });

  it('compile as they are', () => {
    for (const { page, index, code } of examples) {
      const file = join(folder, folderOf(code), `${page.replaceAll('/', '-')}-${index + 1}.ts`);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, code);
    }
    mkdirSync(join(folder, 'with-publisher'), { recursive: true });
    writeFileSync(join(folder, 'with-publisher', 'app.ts'), appWithPublisher);
    const compilerOptions = { rootDirs: ['.', '../..'], types: ['node'], noUnusedLocals: false };
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({
        extends: '../../tsconfig.json',
        compilerOptions,
        include: ['functions', 'test', 'with-publisher'],
        exclude: [],
      }),
    );
    const compiler = join(root, 'node_modules/typescript/bin/tsc');
    const { stdout, stderr } = spawnSync(process.execPath, [compiler, '-p', folder], { encoding: 'utf8' });
    expect(`${stdout}${stderr}`).toBe('');
  });
});
