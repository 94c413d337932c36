import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { BundleCache } from '../../../../lib/platform/constructs/bundle/bundle-cache.ts';
import { projectRoot } from '../../../../lib/platform/project-root.ts';

let root: string;
let cache: BundleCache;
const file = (name: string): string => join(root, name);

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'bundle-cache-'));
  cache = new BundleCache(root, file('kept'));
  writeFileSync(file('package.json'), '{}');
  writeFileSync(file('a.ts'), 'a');
  writeFileSync(file('b.ts'), 'b');
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

const made = (content: string): string => {
  const folder = mkdtempSync(join(root, 'made-'));
  writeFileSync(join(folder, 'index.mjs'), content);
  return folder;
};

const restored = (key: string): string | undefined => {
  const folder = mkdtempSync(join(root, 'out-'));
  return cache.restore(key, folder) ? readFileSync(join(folder, 'index.mjs'), 'utf8') : undefined;
};

describe('a bundle that was built before', () => {
  beforeEach(() => cache.keep('handler', made('bundle'), ['a.ts', 'b.ts']));

  it('is not built again while its sources are what they were', () => {
    expect(restored('handler')).toBe('bundle');
  });

  it('is built again when a source has changed', () => {
    writeFileSync(file('b.ts'), 'other');
    expect(restored('handler')).toBeUndefined();
  });

  it('is built again when package.json has changed, which says what the names of doors lead to', () => {
    writeFileSync(file('package.json'), '{"imports":{"#a":"./b.ts"}}');
    expect(restored('handler')).toBeUndefined();
  });

  it('is built again when a source is gone', () => {
    rmSync(file('a.ts'));
    expect(restored('handler')).toBeUndefined();
  });

  it('serves nobody else: another handler, other settings', () => {
    expect(restored('another')).toBeUndefined();
  });

  it('gives way to a newer one', () => {
    writeFileSync(file('a.ts'), 'newer');
    cache.keep('handler', made('newer bundle'), ['a.ts', 'b.ts']);
    expect(restored('handler')).toBe('newer bundle');
  });
});

it('processes that keep and restore the same bundle at the same time do not disturb each other', async () => {
  const bundle = made('bundle');
  const program = `
    import { BundleCache } from ${JSON.stringify(join(projectRoot, 'lib/platform/constructs/bundle/bundle-cache.ts'))};
    const cache = new BundleCache(${JSON.stringify(root)}, ${JSON.stringify(join(root, 'busy'))});
    for (let round = 0; round < 100; round += 1) {
      cache.keep('handler', ${JSON.stringify(bundle)}, ['a.ts', 'b.ts']);
      cache.restore('handler', ${JSON.stringify(join(root, 'restored-'))} + process.pid);
    }`;
  const busy = () => promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program]);
  await Promise.all(Array.from({ length: 4 }, busy));
});
