import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { bundleFunction } from '../../../../lib/platform/constructs/bundle/bundle.ts';
import { functionsFolder } from '../../application/project.ts';

const folder = mkdtempSync(join(tmpdir(), 'bundled-apart-'));
let files: { readonly name: string; readonly text: string }[];

beforeAll(() => {
  bundleFunction(join(functionsFolder, 'keep-thing', 'handler.ts'), folder);
  files = readdirSync(folder, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith('.mjs'))
    .map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8') }));
});
afterAll(() => rmSync(folder, { recursive: true }));

test('the S3 client is in a file of its own, so that nobody who needs no S3 loads a part of it', () => {
  expect(files.filter(({ text }) => text.includes('PutObject')).map(({ name }) => name)).toEqual(['s3.mjs']);
  const [s3] = files.filter(({ name }) => name === 's3.mjs');
  expect(s3?.text).not.toMatch(/(from|import)"\.\.?\//);
});

test('whatever leads to it leads to a file that is there', () => {
  const pointers = files.flatMap(({ text }) =>
    [...text.matchAll(/import\("([^"]*\bs3[^"]*)" *\)/g)].map(([, to]) => to),
  );
  expect(pointers).toEqual(['./s3.mjs']);
  const load = `const { openClaimCheckBucket } = await import(${JSON.stringify(join(folder, 's3.mjs'))}); console.log(Object.keys(openClaimCheckBucket('b', { region: 'eu-west-1' })).join());`;
  expect(execFileSync(process.execPath, ['--input-type=module', '-e', load], { encoding: 'utf8' })).toBe('put,get\n');
});
