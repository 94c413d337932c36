import { execFile } from 'node:child_process';
import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { templateName } from '../../../../lib/platform/cli/init/rename.ts';
import { projectRoot } from '../../../../lib/platform/project-root.ts';

const patience = 300_000;
/** Neither is read by the commands that this needs. */
const notCopied = ['node_modules', '.git', 'cdk.out', '.local', '.cache', 'coverage', 'acceptance', 'simulation'];

let scratch: string;
let template: string;
let yours: string;
beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'updating-'));
  template = join(scratch, 'template');
  yours = join(scratch, 'parking');
  cpSync(projectRoot, template, { recursive: true, filter: (path) => !notCopied.includes(basename(path)) });
}, patience);
afterAll(() => rmSync(scratch, { recursive: true }));

const run = async (folder: string, program: string, ...args: string[]): Promise<string> => {
  return (await promisify(execFile)(program, args, { cwd: folder, maxBuffer: 10_000_000 })).stdout;
};
const git = (folder: string, ...args: string[]): Promise<string> =>
  run(folder, 'git', '-c', 'user.name=Somebody', '-c', 'user.email=somebody@example.com', ...args);
const commit = async (folder: string, message: string): Promise<void> => {
  await git(folder, 'add', '--all');
  await git(folder, 'commit', '--quiet', '--message', message);
};
const edit = (file: string, change: (text: string) => string): void => {
  const before = readFileSync(file, 'utf8');
  expect(change(before)).not.toBe(before);
  writeFileSync(file, change(before));
};
const node = (...args: string[]): Promise<string> =>
  run(yours, process.execPath, '--disable-warning=ExperimentalWarning', ...args);

const isTemplate = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')).name === templateName;
const ofTemplate = isTemplate ? it : it.skip;

describe('a newer template (skipped in a project that npm run init has named)', () => {
  ofTemplate(
    'is merged into a project with an application of its own as docs/updating.md says, without a conflict in the platform',
    async () => {
      await git(template, 'init', '--quiet', '--initial-branch=main');
      await commit(template, 'template');
      await git(scratch, 'clone', '--quiet', template, yours);
      symlinkSync(join(projectRoot, 'node_modules'), join(yours, 'node_modules'));
      appendFileSync(join(yours, '.git/info/exclude'), 'node_modules\n');

      await node('bin/init.ts', '--name', 'parking', '--bare');
      await commit(yours, 'parking');
      await node('bin/new.ts', 'event', 'car.left');
      await node('bin/new.ts', 'consumer', 'bill-parking', '--on', 'car.left');
      edit(join(yours, 'lib/app.ts'), (text) =>
        text.replace('exchanges: {', "exchanges: {\n    gates: { type: 'topic' },"),
      );
      await commit(yours, 'our application');

      const newer = '/** Newer. */\n';
      const platform = (await git(template, 'ls-files', 'lib/platform', 'bin', 'test/platform')).trim().split('\n');
      for (const path of platform) if (path.endsWith('.ts')) appendFileSync(join(template, path), newer);
      edit(join(template, 'package.json'), (text) =>
        text.replace(/"version": "[^"]+"/, '"version": "9.0.0"').replace(/"zod": "[^"]+"/, '"zod": "9.0.0"'),
      );
      edit(join(template, 'package-lock.json'), (text) =>
        text.replaceAll(/^( {2,6})"version": "0[^"]+"/gm, '$1"version": "9.0.0"'),
      );
      edit(join(template, 'CHANGELOG.md'), (text) => text.replace('## Unreleased', '## Unreleased\n\n- Newer.'));
      edit(join(template, 'README.md'), (text) => `${text}\nNewer.\n`);
      edit(join(template, 'docs/deploy.md'), (text) => text.replace(/^(.*events-dev-processing.*)$/m, '$1 Newer.'));
      edit(join(template, 'functions/fulfil-order/handler.ts'), (text) => text + newer);
      await commit(template, 'newer');

      await git(yours, 'remote', 'add', 'template', template);
      await git(yours, 'config', 'merge.ours.driver', 'true');
      await git(yours, 'fetch', '--quiet', 'template');
      await expect(git(yours, 'merge', 'template/main')).rejects.toThrow();
      const status = (await git(yours, 'status', '--porcelain'))
        .split('\n')
        .filter((line) => /^(U.|.U|AA|DD) /.test(line));
      expect(status.sort()).toEqual([
        'DU functions/fulfil-order/handler.ts',
        'UU docs/deploy.md',
        'UU package-lock.json',
        'UU package.json',
      ]);

      edit(join(yours, 'package.json'), (text) => text.replace(/<{7}.*\n([\s\S]*?)={7}\n[\s\S]*?>{7}.*\n/g, '$1'));
      expect(JSON.parse(readFileSync(join(yours, 'package.json'), 'utf8'))).toMatchObject({
        name: 'parking',
        version: '0.1.0',
        dependencies: { zod: '9.0.0' },
      });
      await git(yours, 'checkout', '--theirs', 'package-lock.json', 'docs/deploy.md');
      await git(yours, 'rm', '--quiet', 'functions/fulfil-order/handler.ts');
      await commit(yours, 'newer template');

      // Nothing but the platform of the template, and what is ours.
      expect(await git(yours, 'diff', 'template/main', '--stat', '--', 'lib/platform', 'bin', 'test/platform')).toBe(
        '',
      );
      expect(readFileSync(join(yours, 'lib/app.ts'), 'utf8')).toMatch(
        /name: 'parking'[\s\S]*gates:[\s\S]*'bill-parking'/,
      );
      expect(readFileSync(join(yours, 'CHANGELOG.md'), 'utf8')).not.toContain('Newer.');
      expect(readFileSync(join(yours, 'README.md'), 'utf8')).toMatch(/^# parking\n[\s\S]*\nNewer\.\n$/);

      expect(await node('bin/init.ts', '--name', 'parking', '--bare')).toContain('docs/deploy.md');
      expect(readFileSync(join(yours, 'docs/deploy.md'), 'utf8')).toMatch(/parking-dev-processing.* Newer\./);
    },
    patience,
  );
});
