import { describe, expect, it } from '@jest/globals';
import { pause, sleep, systemClock } from '../../../lib/platform/time/clock.ts';
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

describe('a pause', () => {
  it('ends with its time', async () => {
    const clock = new VirtualClock(0);
    let over = false;
    void pause(clock, 10, new AbortController().signal).then(() => {
      over = true;
    });
    await clock.advance(9);
    expect(over).toBe(false);
    await clock.advance(1);
    expect(over).toBe(true);
  });

  it('ends at once when it is halted, before or meanwhile, and leaves no timer', async () => {
    const clock = new VirtualClock(0);
    const halt = new AbortController();
    const pausing = pause(clock, 1000, halt.signal);
    halt.abort();
    await pausing;
    await pause(clock, 1000, halt.signal);
    expect(clock.waiting).toBe(0);
  });
});
