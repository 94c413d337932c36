import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { rebuildOnChange } from '../../../../lib/platform/cli/start/rebuild.ts';

let folder: string;
let stop = (): void => undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rebuild-'));
  mkdirSync(join(folder, 'fulfil-order'));
});
afterEach(() => {
  stop();
  rmSync(folder, { recursive: true });
});

const change = (name: string): void => writeFileSync(join(folder, 'fulfil-order', name), String(Math.random()));
const until = async (condition: () => boolean): Promise<void> => {
  const deadline = Date.now() + 100_000;
  while (!condition() && Date.now() < deadline) await wait(20);
};

describe('while source files change', () => {
  it('a burst of changes leads to one rebuild, and one during a rebuild to one more', async () => {
    let rebuilds = 0;
    let running = 0;
    let most = 0;
    stop = rebuildOnChange(
      [folder],
      async () => {
        rebuilds += 1;
        running += 1;
        most = Math.max(most, running);
        await wait(800);
        running -= 1;
      },
      (error) => {
        throw error;
      },
    );
    for (const name of ['a.ts', 'b.ts', 'c.ts']) change(name);
    await until(() => rebuilds === 1);
    expect(rebuilds).toBe(1);
    change('a.ts');
    await until(() => rebuilds === 2);
    expect([rebuilds, most]).toEqual([2, 1]);
    await until(() => running === 0);
  });

  it('a rebuild that fails is reported, and the next change is tried again', async () => {
    const errors: string[] = [];
    stop = rebuildOnChange(
      [folder],
      () => Promise.reject(new Error('syntax')),
      (error) => errors.push(error.message),
    );
    change('a.ts');
    await until(() => errors.length === 1);
    change('a.ts');
    await until(() => errors.length === 2);
    expect(errors).toEqual(['syntax', 'syntax']);
  });

  it('other files lead to nothing', async () => {
    let rebuilds = 0;
    stop = rebuildOnChange(
      [folder],
      async () => {
        rebuilds += 1;
      },
      () => undefined,
    );
    change('notes.txt~');
    await wait(600);
    expect(rebuilds).toBe(0);
  });
});
