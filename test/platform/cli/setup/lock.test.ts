import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';

const { withLock } = (await import('../../../../lib/platform/cli/setup/lock.js' as string)) as {
  withLock<T>(file: string, onWait: () => void, work: () => Promise<T>): Promise<T>;
};

const scratch = mkdtempSync(join(tmpdir(), 'lock-'));
afterAll(() => rmSync(scratch, { recursive: true }));

describe('a lock file', () => {
  it('lets one after the other do its work, and tells the second that it waits', async () => {
    const file = join(scratch, 'new/one.lock');
    const events: string[] = [];
    const { promise: secondWaits, resolve: secondHasToWait } = Promise.withResolvers<void>();
    const work = (name: string) => async () => {
      events.push(`${name} starts`);
      await secondWaits;
      events.push(`${name} ends`);
      return name;
    };
    const first = withLock(file, () => events.push('first waits'), work('first'));
    const onSecondWait = () => {
      events.push('second waits');
      secondHasToWait();
    };
    const second = withLock(file, onSecondWait, work('second'));
    expect(await Promise.all([first, second])).toEqual(['first', 'second']);
    expect(events).toEqual(['first starts', 'second waits', 'first ends', 'second starts', 'second ends']);
    expect(existsSync(file)).toBe(false);
  });

  it('is given back when the work fails', async () => {
    const file = join(scratch, 'failing.lock');
    await expect(
      withLock(
        file,
        () => {},
        () => Promise.reject(new Error('no space')),
      ),
    ).rejects.toThrow('no space');
    expect(existsSync(file)).toBe(false);
  });

  it('is taken over from a process that is gone', async () => {
    const file = join(scratch, 'orphan.lock');
    // Above the largest process id that Linux gives.
    writeFileSync(file, '4194305');
    await expect(
      withLock(
        file,
        () => {},
        async () => readFileSync(file, 'utf8'),
      ),
    ).resolves.toBe(String(process.pid));
  });
});
