import { describe, expect, it } from '@jest/globals';
import { type SettleOptions, settle } from '../../../../lib/platform/cli/demo/settle.ts';

/** Runs `settle` on a clock of its own against a script of how many messages wait at which second. */
const run = async (waitingAt: (second: number) => number, options: Partial<SettleOptions> = {}) => {
  let now = 0;
  const result = await settle({
    observe: async () => ({ waiting: waitingAt(now / 1000), fingerprint: String(waitingAt(now / 1000)) }),
    isComplete: async () => true,
    quietMilliseconds: 1_000,
    patienceMilliseconds: 30_000,
    limitMilliseconds: 100_000,
    intervalMilliseconds: 200,
    clock: {
      now: () => now,
      sleep: async (milliseconds) => {
        now += milliseconds;
      },
    },
    ...options,
  });
  return { result, seconds: now / 1000 };
};

describe('waiting until everything has settled', () => {
  it('ends when nothing has been waiting for the quiet time', async () => {
    expect(await run((second) => (second < 5 ? 10 - second : 0))).toEqual({ result: 'settled', seconds: 6 });
  });

  it('is not deceived by one empty look between two queues', async () => {
    const { seconds } = await run((second) => (second < 3 || (second >= 3.4 && second < 8) ? 1 + second : 0));
    expect(seconds).toBe(9);
  });

  it('waits on while something is still missing, and gives up when nothing moves any more', async () => {
    expect(await run(() => 0, { isComplete: async () => false })).toEqual({ result: 'stalled', seconds: 30 });
  });

  it('gives up when messages wait and nothing moves', async () => {
    expect(await run((second) => (second < 2 ? second : 7))).toEqual({ result: 'stalled', seconds: 32 });
  });

  it('gives up in the end even when messages go round for ever', async () => {
    expect(await run((second) => 1 + (Math.round(second * 5) % 2))).toEqual({ result: 'out-of-time', seconds: 100 });
  });
});
