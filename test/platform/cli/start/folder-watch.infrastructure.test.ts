import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, renameSync, rmSync, truncateSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { FolderWatch } from '../../../../lib/platform/cli/start/folder-watch.ts';

let root: string;
let watch: FolderWatch;
let seen: string[];
const handler = 'functions/fulfil-order/handler.ts';
const at = (path: string): string => join(root, path);

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'folder-watch-'));
  mkdirSync(at('functions/fulfil-order'), { recursive: true });
  mkdirSync(at('node_modules/package'), { recursive: true });
  writeFileSync(at(handler), 'first');
  seen = [];
  watch = new FolderWatch(
    root,
    (path) => seen.push(path),
    (error) => {
      throw error;
    },
  );
});
afterEach(() => {
  watch.stop();
  rmSync(root, { recursive: true });
});

/** Waits until a path was seen, and forgets what was seen until then. */
const see = async (path: string): Promise<void> => {
  for (let looks = 0; !seen.includes(path); looks += 1) {
    if (looks === 1500) throw new Error(`${path} was not seen, only ${seen.join(', ') || 'nothing'}`);
    await wait(20);
  }
  seen = [];
};

describe('a file is seen to change', () => {
  it('each time that it is written', async () => {
    for (const content of ['second', 'third']) {
      writeFileSync(at(handler), content);
      await see(handler);
    }
  });

  it('each time that another file is renamed to it, as many editors save', async () => {
    for (const content of ['second', 'third', 'fourth']) {
      writeFileSync(at(`${handler}.new`), content);
      renameSync(at(`${handler}.new`), at(handler));
      await see(handler);
    }
  });

  it('each time that sed -i edits it, and when it is written after that', async () => {
    for (const [from, to] of [
      ['first', 'second'],
      ['second', 'third'],
    ]) {
      execFileSync('sed', ['-i', `s/${from}/${to}/`, at(handler)]);
      await see(handler);
    }
    writeFileSync(at(handler), 'fourth');
    await see(handler);
  });

  it('when the old one is kept under another name, as vim and emacs do', async () => {
    renameSync(at(handler), at(`${handler}~`));
    writeFileSync(at(handler), 'second');
    await see(handler);
    expect(seen.filter((path) => path.endsWith('~'))).toEqual([]);
  });

  it('when it is emptied and then written', async () => {
    truncateSync(at(handler));
    await see(handler);
    writeFileSync(at(handler), 'second', { flag: 'a' });
    await see(handler);
  });

  it('when it is deleted, and when it is there again', async () => {
    unlinkSync(at(handler));
    await see(handler);
    writeFileSync(at(handler), 'second');
    await see(handler);
  });

  it('when it is new', async () => {
    writeFileSync(at('functions/events.ts'), 'new');
    await see('functions/events.ts');
  });
});

describe('a folder', () => {
  it('that is new is seen, with what is in it and what changes there later', async () => {
    mkdirSync(at('functions/bill-parking/steps'), { recursive: true });
    writeFileSync(at('functions/bill-parking/steps/pay.ts'), 'new');
    await see('functions/bill-parking');
    writeFileSync(at('functions/bill-parking/steps/pay.ts'), 'changed');
    await see('functions/bill-parking/steps/pay.ts');
  });

  it('that takes the place of another is seen, and so is what changes in it', async () => {
    mkdirSync(at('elsewhere'));
    writeFileSync(at('elsewhere/handler.ts'), 'other');
    await see('elsewhere');
    rmSync(at('functions/fulfil-order'), { recursive: true });
    await see('functions/fulfil-order');
    renameSync(at('elsewhere'), at('functions/fulfil-order'));
    await see('functions/fulfil-order');
    writeFileSync(at(handler), 'second');
    await see(handler);
  });

  it('of packages, and what tools keep under names with a dot, is not looked at', async () => {
    writeFileSync(at('node_modules/package/index.js'), 'other');
    writeFileSync(at('functions/.handler.ts.swp'), 'other');
    mkdirSync(at('.git'));
    writeFileSync(at('functions/events.ts'), 'new');
    await wait(300);
    expect(new Set(seen)).toEqual(new Set(['functions/events.ts']));
  });
});
