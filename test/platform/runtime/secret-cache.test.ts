import { describe, expect, it } from '@jest/globals';
import { SecretCache } from '../../../lib/platform/runtime/secret-cache.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

/** A cache of secrets of which each read gives another value: `key 1`, `key 2`, … */
const cacheOf = (read = (id: string, count: number): Promise<string> => Promise.resolve(`${id} ${count}`)) => {
  const clock = new VirtualClock();
  let count = 0;
  const counted = (id: string): Promise<string> => {
    count += 1;
    return read(id, count);
  };
  return { clock, cache: new SecretCache(counted, clock), reads: () => count };
};

describe('a secret', () => {
  it('is read once, and again when it is as old as it may be', async () => {
    const { clock, cache } = cacheOf();
    expect(await cache.get('key', 1000)).toBe('key 1');
    clock.jump(999);
    expect(await cache.get('key', 1000)).toBe('key 1');
    clock.jump(1);
    expect(await cache.get('key', 1000)).toBe('key 2');
  });

  it('is read anew for whoever takes no old one', async () => {
    const { cache } = cacheOf();
    await cache.get('key', 1000);
    expect(await cache.get('key', 0)).toBe('key 2');
    expect(await cache.get('key', 1000)).toBe('key 2');
  });

  it('is read once for all messages of a batch that ask at the same time', async () => {
    const { cache, reads } = cacheOf();
    const asked = await Promise.all([cache.get('key', 1000), cache.get('key', 1000), cache.get('other', 1000)]);
    expect(asked).toEqual(['key 1', 'key 1', 'other 2']);
    expect(reads()).toBe(2);
  });

  it('is as old as the request for it, not as the answer', async () => {
    const clock = new VirtualClock();
    const answers: ((value: string) => void)[] = [];
    const cache = new SecretCache(() => new Promise((resolve) => answers.push(resolve)), clock);
    const first = cache.get('key', 1000);
    clock.jump(1000);
    answers[0]?.('old');
    expect(await first).toBe('old');
    const second = cache.get('key', 1000);
    answers[1]?.('new');
    expect(await second).toBe('new');
  });

  it('that could not be read is an error for all who wait, and is tried again by the next', async () => {
    const { cache } = cacheOf((id, count) =>
      count === 1 ? Promise.reject(new Error('away')) : Promise.resolve(`${id} ${count}`),
    );
    const [one, other] = await Promise.allSettled([cache.get('key', 1000), cache.get('key', 1000)]);
    expect([one?.status, other?.status]).toEqual(['rejected', 'rejected']);
    expect(await cache.get('key', 1000)).toBe('key 2');
  });

  it('that is too old is not used, whatever became of the attempt to read it', async () => {
    const { clock, cache } = cacheOf((id, count) =>
      count === 2 ? Promise.reject(new Error('away')) : Promise.resolve(`${id} ${count}`),
    );
    await cache.get('key', 1000);
    clock.jump(1000);
    await expect(cache.get('key', 1000)).rejects.toThrow('away');
  });
});
