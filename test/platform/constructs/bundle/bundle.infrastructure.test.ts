import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { bundleFunction } from '../../../../lib/platform/constructs/bundle/bundle.ts';
import { projectRoot } from '../../../../lib/platform/project-root.ts';
import { functionsFolder } from '../../application/project.ts';

const folder = mkdtempSync(join(tmpdir(), 'bundle-'));
const entry = join(functionsFolder, 'keep-thing', 'handler.ts');
const bundle = (name: string, from = entry) => {
  bundleFunction(from, join(folder, name));
  return join(folder, name);
};
const filesOf = (root: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(root, { recursive: true, withFileTypes: true })
      .filter((file) => file.isFile())
      .map(({ parentPath, name }) => [
        join(parentPath, name).slice(root.length + 1),
        readFileSync(join(parentPath, name), 'utf8'),
      ]),
  );
/** Runs code in a process of its own beside the bundle, without this project's node_modules in reach. */
const run = (code: string, environment: Record<string, string> = {}): string => {
  const file = join(folder, `run-${Math.random()}.mjs`);
  writeFileSync(file, code);
  const options = ['--enable-source-maps', file];
  return execFileSync(process.execPath, options, {
    env: { AWS_REGION: 'eu-west-1', ...environment },
    encoding: 'utf8',
  });
};

afterAll(() => rmSync(folder, { recursive: true }));

describe('the bundle of a consumer', () => {
  let root: string;
  let files: Record<string, string>;
  beforeAll(() => {
    root = bundle('consumer');
    files = filesOf(root);
  }, 180_000);

  /** Names, not contents: a failed expectation should fit on a screen. */
  const filesWith = (text: string, ending = '.mjs') =>
    Object.keys(files).filter((name) => name.endsWith(ending) && files[name]?.includes(text));

  it('is complete: it loads where there is no node_modules, and exports its handler', () => {
    const code = `import { handler } from ${JSON.stringify(pathToFileURL(join(root, 'index.mjs')))}; console.log(typeof handler)`;
    expect(run(code)).toBe('function\n');
  });

  it('is small, and keeps the AMQP client out of what a cold start loads', () => {
    expect(files['index.mjs']?.length).toBeLessThan(350 * 1024);
    const amqp = filesWith('BasicPublish');
    expect(amqp.length).toBeGreaterThan(0);
    expect(amqp).not.toContain('index.mjs');
  });

  it('takes credentials from the environment only', () => {
    // Once for all clients but the one that is bundled by itself.
    expect(filesWith('as Lambda provides them').sort()).toEqual([expect.stringMatching(/^chunks\//), 's3.mjs']);
    expect(filesWith('169.254.170.2')).toEqual([]);
    expect(filesWith('credential_process')).toEqual([]);
  });

  it('is the same again from the same sources, wherever it is written', () => {
    const again = filesOf(bundle('somewhere/else'));
    expect(Object.keys(again)).toEqual(Object.keys(files));
    expect(Object.keys(files).filter((name) => again[name] !== files[name])).toEqual([]);
  });

  it('names no path of the machine that built it', () => {
    expect([...filesWith(projectRoot), ...filesWith(projectRoot, '.map')]).toEqual([]);
  });
});

describe('a bundled stack trace', () => {
  it('names file and line of the source', () => {
    const source = join(folder, 'failing.ts');
    writeFileSync(
      source,
      'export class PaymentError extends Error {}\n\nexport const handler = () => {\n  throw new PaymentError();\n};\n',
    );
    const root = bundle('failing', source);
    const code = `import { handler } from ${JSON.stringify(pathToFileURL(join(root, 'index.mjs')))};
      try { handler() } catch (error) { console.log(error.constructor.name, error.stack) }`;
    const output = run(code);
    expect(output).toMatch(/^PaymentError /);
    expect(output).toMatch(/failing\.ts:4:9/);
  });
});

describe('a handler that is not there', () => {
  it('is named', () => {
    expect(() => bundle('missing', join(projectRoot, 'functions', 'nowhere', 'handler.ts'))).toThrow(
      'functions/nowhere/handler.ts does not exist; it must export `handler`',
    );
  });
});
