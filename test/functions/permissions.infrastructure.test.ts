import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';

const root = join(import.meta.dirname, '../..');

it('docs/permissions.md has the tables that npm run mq -- topology permissions prints', () => {
  const command = [join(root, 'bin/mq.ts'), 'topology', 'permissions'];
  const printed = execFileSync(process.execPath, command, { encoding: 'utf8' });
  expect(printed).toContain('| user |');
  expect(readFileSync(join(root, 'docs/permissions.md'), 'utf8')).toContain(printed);
}, 120_000);
