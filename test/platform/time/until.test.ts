import { describe, expect, it } from '@jest/globals';
import { until } from '../../../lib/platform/time/until.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

describe('work that has until a point in time', () => {
  it('gives what it comes to, and leaves no timer', async () => {
    const clock = new VirtualClock(1000);
    await expect(until(clock, 2000, Promise.resolve('done'))).resolves.toBe('done');
    await expect(until(clock, 2000, Promise.reject(new Error('failed')))).rejects.toThrow('failed');
    expect(clock.waiting).toBe(0);
  });

  it('is left behind then', async () => {
    const clock = new VirtualClock(1000);
    const left = until(clock, 2000, new Promise(() => undefined));
    await clock.advance(1000);
    await expect(left).resolves.toBeUndefined();
  });
});
