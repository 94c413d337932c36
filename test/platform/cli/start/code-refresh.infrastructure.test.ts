import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { CodeRefresh } from '../../../../lib/platform/cli/start/code-refresh.ts';
import { bundleFunction } from '../../../../lib/platform/constructs/bundle/bundle.ts';
import { LocalFunction } from '../../../../lib/platform/local/runtime/local-function.ts';
import { projectRoot } from '../../../../lib/platform/project-root.ts';

jest.setTimeout(120_000);

let folder: string;
let refresh: CodeRefresh;
let target: LocalFunction;
const write = (name: string, text: string): void => writeFileSync(join(folder, name), text);
/** Relative to the project, as a watch tells it. */
const pathOf = (name: string): string => relative(projectRoot, join(folder, name));
const changed = (...names: string[]) =>
  refresh.refresh([{ target, entry: pathOf('handler.ts') }], new Set(names.map(pathOf)));
const answer = async (event: object = {}): Promise<unknown> => {
  const result = await target.invoke(JSON.stringify(event));
  return result.status === 'succeeded' ? JSON.parse(result.payload) : result.error;
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'code-refresh-'));
  write('price.ts', 'export const price = 1;');
  write(
    'handler.ts',
    `import { existsSync, readFileSync } from 'node:fs';
     import { price } from './price.ts';
     const configuration = readFileSync('configuration.json', 'utf8');
     export const handler = async ({ until }: { until?: string }) => {
       while (until && !existsSync(until)) await new Promise((resolve) => setTimeout(resolve, 20));
       return price + configuration;
     };`,
  );
  const code = join(folder, 'code');
  mkdirSync(code);
  bundleFunction(join(folder, 'handler.ts'), code);
  writeFileSync(join(code, 'configuration.json'), ' euros');
  refresh = new CodeRefresh(join(folder, 'refreshed'));
  target = new LocalFunction(
    {
      name: 'bill',
      arn: 'arn:aws:lambda:us-east-1:000000000000:function:bill',
      runtime: 'nodejs24.x',
      code,
      handler: 'index.handler',
      timeoutSeconds: 60,
      memoryMegabytes: 256,
      environment: {},
      logGroup: '/aws/lambda/bill',
      logFormat: 'Text',
    },
    () => ({ awsEndpoint: 'http://127.0.0.1:9', credentials: { accessKeyId: 'AKIDLOCAL', secretAccessKey: 'secret' } }),
    { line: () => undefined },
  );
});
afterEach(async () => {
  await target.stop();
  await refresh.stop();
  rmSync(folder, { recursive: true });
});

describe('when a source of a function has changed', () => {
  it('its next invocation runs the new code, with what its stack told it, and one under way ends with the old', async () => {
    const gate = join(folder, 'gate');
    const underWay = answer({ until: gate });
    while (target.pid === undefined) await new Promise((resolve) => setTimeout(resolve, 20));
    write('price.ts', 'export const price = 2;');
    expect(await changed('price.ts')).toEqual({ changed: ['bill'], problems: [], isMissing: false });
    expect(await answer()).toBe('2 euros');
    write('gate', '');
    expect(await underWay).toBe('1 euros');
    expect(await answer()).toBe('2 euros');
  });

  it('it follows the next change, too, and a file that it imports only now', async () => {
    write('price.ts', "export { price } from './fee.ts';");
    write('fee.ts', 'export const price = 3;');
    await changed('price.ts', 'fee.ts');
    expect(await answer()).toBe('3 euros');
    write('fee.ts', 'export const price = 4;');
    await changed('fee.ts');
    expect(await answer()).toBe('4 euros');
  });
});

describe('a function keeps its code', () => {
  it('and its process when the change is none, or is of another file', async () => {
    await answer();
    const { pid } = target;
    write('price.ts', 'export const price = 1;');
    write('other.ts', 'export const other = 1;');
    expect(await changed('price.ts', 'other.ts')).toEqual({ changed: [], problems: [], isMissing: false });
    expect(target.pid).toBe(pid);
  });

  it('while there is a syntax error, which is named with file and line, and changes once it is mended', async () => {
    await answer();
    write('price.ts', 'export const price = ;');
    const { changed: none, problems } = await changed('price.ts');
    expect(none).toEqual([]);
    expect(problems).toEqual([expect.stringMatching(/price\.ts:1:22: Unexpected ";"$/)]);
    expect(await answer()).toBe('1 euros');
    write('price.ts', 'export const price = 5;');
    expect(await changed('price.ts')).toEqual({ changed: ['bill'], problems: [], isMissing: false });
    expect(await answer()).toBe('5 euros');
  });

  it('while an import leads nowhere, and gets the new one as soon as the missing file is there', async () => {
    write('price.ts', "export { price } from './fee.ts';");
    expect((await changed('price.ts')).problems).toEqual([expect.stringContaining('Could not resolve "./fee.ts"')]);
    write('fee.ts', 'export const price = 6;');
    expect(await changed('fee.ts')).toEqual({ changed: ['bill'], problems: [], isMissing: false });
    expect(await answer()).toBe('6 euros');
  });

  it('while the new one does not load, and the reason is told', async () => {
    await answer();
    write('price.ts', "export const price = 7; throw new Error('no price list');");
    expect(await changed('price.ts')).toEqual({
      changed: [],
      problems: [`${pathOf('handler.ts')} does not load: Error: no price list`],
      isMissing: false,
    });
    expect(await answer()).toBe('1 euros');
  });
});

it('a handler that is gone is for another synthesis to judge', async () => {
  await answer();
  rmSync(join(folder, 'handler.ts'));
  expect(await changed('handler.ts')).toEqual({ changed: [], problems: [], isMissing: true });
  expect(await answer()).toBe('1 euros');
});

it('a later synthesis need not bundle what was bundled here', async () => {
  write('price.ts', 'export const price = 8;');
  await changed('price.ts');
  const again = join(folder, 'again');
  bundleFunction(join(folder, 'handler.ts'), again);
  expect(readFileSync(join(again, 'index.mjs'), 'utf8')).toBe(
    readFileSync(join(target.settings.code, 'index.mjs'), 'utf8'),
  );
});
