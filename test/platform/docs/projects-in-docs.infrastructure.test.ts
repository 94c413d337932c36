// Pages whose examples are the files of one project, each with its name in the first line. Single examples, which stand among the samples, are compiled by
// test/functions/examples-in-docs.infrastructure.test.ts.

import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from '@jest/globals';
import { projectRoot } from '../../../lib/platform/project-root.ts';

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

/** The examples of a page, by the file that their first line names: `// lib/app.ts`. Two of one file are parts of it. */
const examplesOf = (page: string): Readonly<Record<string, string>> => {
  const files: Record<string, string> = {};
  for (const [, file = '', code = ''] of page.matchAll(/^```ts\n\/\/ (\S+\.ts)\n(.*?)^```$/gms))
    files[file] = `${files[file] ?? ''}${code}`;
  return files;
};

/** What the files have besides that the examples don't show. */
const context: Readonly<Record<string, string>> = {
  'lib/environments.ts': `
    import type { EnvironmentFor } from '#environment';
    import type { app } from './app.ts';
    type Environment = EnvironmentFor<typeof app>;
    declare const dev: Environment;
    export const environments = (): readonly Environment[] => [dev, staging, prod];`,
  'functions/settings.ts': `
    import { settings } from '#settings';
    import type { app } from '../lib/app.ts';
    export const { variable, secret } = settings<typeof app>();`,
  'functions/events.ts': `
    import * as z from 'zod/mini';
    import { event } from '#events';
    export const carLeft = z.object({ type: z.literal('car.left'), carId: z.string() });
    export const events = { 'car.left': event({ schema: carLeft, example: { type: 'car.left', carId: 'car-1' } }) };`,
};

/** What TypeScript says about a project of these files and their context, line by line. */
const compiled = async (files: Readonly<Record<string, string>>): Promise<string[]> => {
  const whole: Record<string, string> = { ...context };
  for (const [file, text] of Object.entries(files)) whole[file] = `${context[file] ?? ''}\n${text}`;
  const folder = mkdtempSync(join(tmpdir(), 'examples-'));
  folders.push(folder);
  cpSync(join(projectRoot, 'package.json'), join(folder, 'package.json'));
  for (const [file, text] of Object.entries(whole)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  }
  for (const shared of ['node_modules', 'lib/platform']) symlinkSync(join(projectRoot, shared), join(folder, shared));
  const program = join(projectRoot, 'node_modules/typescript/bin/tsc');
  const settings = JSON.parse(readFileSync(join(projectRoot, 'tsconfig.json'), 'utf8')) as object;
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ ...settings, include: Object.keys(whole) }));
  const { stdout } = await promisify(execFile)(process.execPath, [program, '-p', folder]).catch(
    (error: { readonly stdout: string }) => error,
  );
  return stdout.split('\n').filter((line) => line !== '');
};

const pages = readdirSync(join(projectRoot, 'docs'))
  .filter((file) => file.endsWith('.md'))
  .map((file) => [file, examplesOf(readFileSync(join(projectRoot, 'docs', file), 'utf8'))] as const)
  .filter(([, examples]) => Object.keys(examples).length > 0);

describe('examples of the documentation that name their file', () => {
  it.each(pages)(
    'make a project that compiles: docs/%s',
    async (_, examples) => {
      // Shows that mistakes are found.
      const misspelt = {
        'functions/misspelt.ts': "import { variable } from './settings.ts';\nvariable('WEBHOOK_ULR');",
      };
      expect(await compiled({ ...examples, ...misspelt })).toEqual([
        expect.stringMatching(
          /functions\/misspelt\.ts.*'"WEBHOOK_ULR"' is not assignable to parameter of type '"WEBHOOK_URL"'/,
        ),
      ]);
    },
    300_000,
  );
});
