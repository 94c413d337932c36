import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { templateName } from '../../../../lib/platform/cli/init/rename.ts';
import { projectRoot } from '../../../../lib/platform/project-root.ts';

const notCopied = ['node_modules', '.git', 'cdk.out', '.local', '.cache', 'coverage'];
const patience = 300_000;

let clone: string;
beforeAll(async () => {
  clone = mkdtempSync(join(tmpdir(), 'clone-'));
  cpSync(projectRoot, clone, { recursive: true, filter: (path) => !notCopied.includes(basename(path)) });
  symlinkSync(join(projectRoot, 'node_modules'), join(clone, 'node_modules'));
}, patience);
afterAll(() => rmSync(clone, { recursive: true }));

interface Ended {
  readonly code: number;
  readonly said: string;
}

/** Runs a program in the clone to its end. */
const run = async (program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> => {
  // What the runner says to the tests is not for those of the clone.
  const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('TEST_')));
  const options = { cwd: clone, env: { ...inherited, ...env }, maxBuffer: 10_000_000 };
  try {
    const { stdout, stderr } = await promisify(execFile)(program, args, options);
    return { code: 0, said: stdout + stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, said: stdout + stderr };
  }
};
const node = (...args: string[]) => run(process.execPath, ['--disable-warning=ExperimentalWarning', ...args]);
const git = (...args: string[]) =>
  run('git', ['-c', 'user.name=Somebody', '-c', 'user.email=somebody@example.com', ...args]);
const commit = async () => {
  await git('add', '-A');
  expect(await git('commit', '-qm', 'state')).toMatchObject({ code: 0 });
};

/** What has been made somebody's own has consumers and a name that this test knows nothing of. */
const isTemplate = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')).name === templateName;
const ofTemplate = isTemplate ? it : it.skip;

describe('a clone of the template (skipped in a project that npm run init has named)', () => {
  ofTemplate(
    'is made yours, gets an event and a consumer, and its types and tests are right',
    async () => {
      const name = ['bin/init.ts', '--name', 'parking', '--bare'];
      // Where this runs below a repository of another kind, git would find that one.
      const refused = await run(process.execPath, name, { GIT_CEILING_DIRECTORIES: tmpdir() });
      expect(refused).toMatchObject({ code: 1, said: expect.stringContaining('in no git repository') });
      await git('init', '-q');
      expect(await node(...name)).toMatchObject({ code: 1, said: expect.stringContaining('not committed') });
      await commit();
      expect(await node(...name, '--dry-run')).toMatchObject({
        code: 0,
        said: expect.stringContaining('Would change'),
      });
      expect(await git('status', '--porcelain')).toEqual({ code: 0, said: '' });

      expect(await node(...name)).toMatchObject({ code: 0, said: expect.stringContaining('no consumers yet') });
      expect(await node(...name)).toEqual({ code: 0, said: 'Nothing to do: it is like this already.\n' });
      expect(existsSync(join(clone, 'functions/fulfil-order'))).toBe(false);
      await commit();

      const { context } = JSON.parse(readFileSync(join(clone, 'cdk.json'), 'utf8'));
      const synthesized = await run(process.execPath, ['bin/app.ts'], {
        CDK_OUTDIR: join(clone, 'cdk.out'),
        CDK_VALIDATION: 'false',
        CDK_CONTEXT_JSON: JSON.stringify({ ...context, env: 'local', 'aws:cdk:bundling-stacks': [] }),
      });
      expect(synthesized).toMatchObject({ code: 0 });
      const template = readFileSync(join(clone, 'cdk.out/parking-local-processing.template.json'), 'utf8');
      expect(JSON.parse(template).Outputs.Vhost).toMatchObject({ Value: 'parking' });

      const consumer = ['bin/new.ts', 'consumer', 'bill-parking', '--on', 'car.left', '--order-by', 'plate'];
      const table = ['--table', 'Payments:paymentId'];
      expect(await node(...consumer, ...table)).toMatchObject({
        code: 1,
        said: expect.stringContaining('(it has: none)'),
      });
      expect(await git('status', '--porcelain')).toEqual({ code: 0, said: '' });
      expect(await node('bin/new.ts', 'event', 'car.left')).toMatchObject({ code: 0 });
      expect(await node(...consumer, ...table)).toMatchObject({ code: 0 });
      expect(await node('bin/new.ts', 'consumer', 'greet', '--on', 'car.left')).toMatchObject({ code: 0 });
      expect(await node(...consumer)).toMatchObject({
        code: 1,
        said: expect.stringContaining("'bill-parking' already"),
      });

      writeFileSync(
        join(clone, 'tsconfig.yours.json'),
        JSON.stringify({
          extends: './tsconfig.json',
          include: ['bin', 'functions', 'test/functions', 'lib/**/*.d.ts'],
        }),
      );
      expect(await node('node_modules/typescript/bin/tsc', '--noEmit', '-p', 'tsconfig.yours.json')).toEqual({
        code: 0,
        said: '',
      });
      const files = ['lib/app.ts', 'functions', 'test/functions'];
      expect(await node('node_modules/@biomejs/biome/bin/biome', 'check', ...files)).toMatchObject({ code: 0 });
      const jest = [
        '--experimental-vm-modules',
        'node_modules/jest/bin/jest.js',
        '--config',
        'test/jest.config.js',
        '-i',
        '--no-cache',
      ];
      const tested = await node(...jest, '--selectProjects', 'unit', '--testPathPatterns', 'test/functions');
      expect(tested).toMatchObject({ code: 0, said: expect.stringContaining('Test Suites: 3 passed, 3 total') });
    },
    patience,
  );
});
