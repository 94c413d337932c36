import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import { localSecrets } from '../../../lib/platform/cli/local-secrets.ts';
import { projectRoot } from '../../../lib/platform/project-root.ts';

const folder = mkdtempSync(join(tmpdir(), 'local-secrets-'));
afterAll(() => rmSync(folder, { recursive: true }));

const environment = {
  secrets: {
    BANK_KEY: 'bank/key',
    MAIL_KEY: { secret: 'mail/key', encryptionKey: { arn: 'arn:aws:kms:eu-west-1:111122223333:key/0a1b' } },
  },
};
const missing: string[] = [];
beforeEach(() => {
  missing.length = 0;
});
const found = (variables: Record<string, string>) =>
  localSecrets(environment, (message) => missing.push(message), { folder, variables });

describe('the value of a secret on this machine', () => {
  it('is that of an environment variable, or is in .env.local', () => {
    writeFileSync(join(folder, '.env.local'), '# mine\nBANK_KEY="from the file"\nMAIL_KEY=from the file, too\n');
    expect(found({ BANK_KEY: 'from the variable' })).toEqual([
      { id: 'bank/key', value: 'from the variable' },
      { id: 'mail/key', value: 'from the file, too' },
    ]);
    expect(missing).toEqual([]);
  });

  it('that is missing is told with where to put it; functions find the secret without one', () => {
    rmSync(join(folder, '.env.local'));
    expect(found({ BANK_KEY: 'x', MAIL_KEY: '' })).toEqual([
      { id: 'bank/key', value: 'x' },
      { id: 'mail/key', value: undefined },
    ]);
    expect(missing).toEqual([
      "secret MAIL_KEY has no value on this machine, so consumers can't read it: add MAIL_KEY=… to .env.local, which git ignores, and start again",
    ]);
  });

  it('stays out of git', () => {
    expect(readFileSync(join(projectRoot, '.gitignore'), 'utf8').split('\n')).toContain('.env.local');
  });
});
