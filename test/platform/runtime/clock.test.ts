import { describe, expect, it } from '@jest/globals';
import { sleep, systemClock } from '../../../lib/platform/runtime/clock.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

describe('the clock of the machine', () => {
  it('calls once, also after a time in the past or one that no timer takes', async () => {
    await sleep(systemClock, -5);
    const cancel = systemClock.after(Number.MAX_SAFE_INTEGER, () => {
      throw new Error('called');
    });
    cancel();
    cancel();
  });
});

describe('a virtual clock', () => {
  it('fires timers in the order in which they are due, with promises in between', async () => {
    const clock = new VirtualClock(1000);
    const seen: string[] = [];
    const note = (what: string) => seen.push(`${what} at ${clock.now()}`);
    clock.after(20, () => note('second'));
    clock.after(10, () => {
      note('first');
      void sleep(clock, 5).then(() => note('between'));
    });
    clock.after(10, () => note('after the first'));
    clock.after(21, () => note('never'))();
    await clock.advance(25);
    expect(seen).toEqual(['first at 1010', 'after the first at 1010', 'between at 1015', 'second at 1020']);
    expect([clock.now(), clock.waiting]).toEqual([1025, 0]);
  });
});
