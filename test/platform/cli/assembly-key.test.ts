import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { assemblyKey } from '../../../lib/platform/cli/assembly-key.ts';

let root: string;
let before: string;
const write = (path: string, content: string): void => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
};
const key = (context: object = { env: 'local' }, environment: NodeJS.ProcessEnv = {}): string =>
  assemblyKey(join(root, 'bin/app.ts'), { ...context }, environment, root);

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'assembly-key-'));
  write('bin/app.ts', 'synthesizeStacks(process.env.STAGE_NAME)');
  write('lib/app.ts', 'application()');
  write('cdk.json', '{}');
  write('package-lock.json', '{}');
  write('node_modules/.package-lock.json', '{}');
  write('docs/page.md', 'page');
  write('test/app.test.ts', 'test');
  before = key();
});
afterEach(() => rmSync(root, { recursive: true }));

describe('an assembly is made anew when', () => {
  it.each([
    ['a source', 'lib/app.ts'],
    ['the program', 'bin/app.ts'],
    ['a setting of CDK', 'cdk.json'],
    ['the lock file', 'package-lock.json'],
    ['what npm has installed', 'node_modules/.package-lock.json'],
  ])('%s has changed', (_what, path) => {
    write(path, 'changed');
    expect(key()).not.toBe(before);
  });

  it('a source is new, gone, or has another name', () => {
    write('functions/bill-parking/handler.ts', 'handler');
    const withOne = key();
    rmSync(join(root, 'functions/bill-parking/handler.ts'));
    write('functions/pay-parking/handler.ts', 'handler');
    expect(new Set([before, withOne, key()]).size).toBe(3);
    rmSync(join(root, 'functions'), { recursive: true });
    expect(key()).toBe(before);
  });

  it('the context is another one', () => {
    expect(key({ env: 'prod' })).not.toBe(before);
  });

  it('an environment variable that a source mentions, or that is CDK’s, has another value', () => {
    const environments = [{}, { STAGE_NAME: 'a' }, { STAGE_NAME: 'b' }, { CDK_DEFAULT_REGION: 'eu-west-1' }];
    expect(new Set(environments.map((environment) => key({ env: 'local' }, environment))).size).toBe(4);
  });
});

describe('it is not made anew when', () => {
  it('only documentation, tests, or what tools keep has changed', () => {
    for (const path of ['docs/page.md', 'README.md', 'test/app.test.ts', '.git/index', 'cdk.out/tree.json'])
      write(path, 'changed');
    expect(key()).toBe(before);
  });

  it('a variable has another value that no source mentions, or only a command', () => {
    expect(key({ env: 'local' }, { TERM_SESSION: '7' })).toBe(before);
    write('lib/platform/cli/stop-on-signal.ts', 'process.env.SETUP_PID');
    const inCommand = key();
    expect(key({ env: 'local' }, { SETUP_PID: '7' })).toBe(inCommand);
  });
});

it('what is beside the program counts, also where tests are', () => {
  const program = join(root, 'test/application/cdk-app.ts');
  write('test/application/cdk-app.ts', 'synthesizeStacks()');
  const ofTest = () => assemblyKey(program, {}, {}, root);
  const first = ofTest();
  write('test/app.test.ts', 'changed');
  expect(ofTest()).toBe(first);
  write('test/application/functions/handler.ts', 'handler');
  expect(ofTest()).not.toBe(first);
});
