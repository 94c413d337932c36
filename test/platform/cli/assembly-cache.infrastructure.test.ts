import { execFile } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { AssemblyCache } from '../../../lib/platform/cli/assembly-cache.ts';
import { SynthesisError, synthesize } from '../../../lib/platform/cli/synthesize.ts';
import { projectRoot } from '../../../lib/platform/project-root.ts';

jest.setTimeout(120_000);

let folder: string;
let cache: AssemblyCache;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'assembly-cache-'));
  cache = new AssemblyCache(join(folder, 'cache'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const keep = (key: string, content: string): void => {
  const draft = cache.draft(key);
  mkdirSync(join(draft, 'asset.1'));
  writeFileSync(join(draft, 'asset.1/index.mjs'), content);
  writeFileSync(join(draft, 'manifest.json'), '{}');
  cache.keep(draft, key);
};
const restored = (key: string): string | undefined => {
  const output = mkdtempSync(join(folder, 'out-'));
  return cache.restore(key, output) ? readFileSync(join(output, 'asset.1/index.mjs'), 'utf8') : undefined;
};
const kept = (): string[] => readdirSync(join(folder, 'cache')).sort();

it('an assembly that was kept is there again, for its own key only', () => {
  keep('a', 'code');
  expect([restored('a'), restored('b')]).toEqual(['code', undefined]);
});

it('one that was half written when its process was killed is not there, and its remains go in time', () => {
  writeFileSync(join(cache.draft('a'), 'manifest.json'), '{}');
  expect(restored('a')).toBeUndefined();
  const [draft = ''] = kept();
  keep('b', 'code');
  expect(kept()).toEqual([draft, 'b'].sort());
  const yesterday = new Date(Date.now() - 86_400_000);
  utimesSync(join(folder, 'cache', draft), yesterday, yesterday);
  keep('c', 'code');
  expect(kept()).toEqual(['b', 'c']);
});

it('what was used last stays, what was not used for longest goes', () => {
  for (let day = 1; day <= 6; day += 1) {
    keep(`day-${day}`, 'code');
    const then = new Date(Date.now() - (10 - day) * 86_400_000);
    utimesSync(join(folder, 'cache', `day-${day}`), then, then);
  }
  expect(restored('day-1')).toBe('code');
  keep('today', 'code');
  expect(kept()).toEqual(['day-1', 'day-3', 'day-4', 'day-5', 'day-6', 'today']);
});

it('processes that keep and restore the same assembly at the same time do not disturb each other', async () => {
  const program = `
    import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
    import { AssemblyCache } from ${JSON.stringify(join(projectRoot, 'lib/platform/cli/assembly-cache.ts'))};
    const cache = new AssemblyCache(${JSON.stringify(join(folder, 'cache'))});
    const output = ${JSON.stringify(join(folder, 'restored-'))} + process.pid;
    for (let round = 0; round < 40; round += 1) {
      const key = 'key-' + (round % 8);
      const draft = cache.draft(key);
      writeFileSync(draft + '/manifest.json', '{}');
      writeFileSync(draft + '/code', 'x'.repeat(100_000));
      cache.keep(draft, key);
      rmSync(output, { recursive: true, force: true });
      if (cache.restore(key, output) && readFileSync(output + '/code').length !== 100_000) throw new Error('half an assembly');
    }`;
  const busy = () => promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program]);
  await Promise.all(Array.from({ length: 4 }, busy));
});

it('a project is synthesized once, and again when the context is another or it failed', async () => {
  const program = join(folder, 'program/app.mjs');
  mkdirSync(join(folder, 'program'));
  const text = (more: string): string => `
    import { appendFileSync, writeFileSync } from 'node:fs';
    appendFileSync(${JSON.stringify(join(folder, 'runs'))}, 'x');
    ${more}
    writeFileSync(process.env.CDK_OUTDIR + '/manifest.json', process.env.CDK_CONTEXT_JSON);`;
  const runs = (): number => (existsSync(join(folder, 'runs')) ? readFileSync(join(folder, 'runs')).length : 0);
  const into = (name: string, context: object) => synthesize({ program }, join(folder, name), { ...context }, cache);

  writeFileSync(program, text("throw new Error('no stacks');"));
  await expect(into('first', { env: 'local' })).rejects.toThrow(SynthesisError);
  await expect(into('first', { env: 'local' })).rejects.toThrow('no stacks');
  expect([runs(), kept()]).toEqual([2, []]);
  writeFileSync(program, text(''));
  await into('first', { env: 'local' });
  await into('second', { env: 'local' });
  expect(runs()).toBe(3);
  await into('third', { env: 'prod' });
  expect(runs()).toBe(4);
  expect(readFileSync(join(folder, 'second/manifest.json'), 'utf8')).toContain('"env":"local"');
  expect(readFileSync(join(folder, 'third/manifest.json'), 'utf8')).toContain('"env":"prod"');
});
