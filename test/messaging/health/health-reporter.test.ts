import { describe, expect, it } from '@jest/globals';
import type { BatchReport } from '../../../lib/messaging/batch/report.ts';
import { type AttemptCounts, HealthReporter } from '../../../lib/messaging/health/health-reporter.ts';

const report = (given: Partial<BatchReport>): BatchReport => ({
  done: 0,
  failedAfterCommit: 0,
  claimsUnavailable: 0,
  duplicate: 0,
  claimLost: 0,
  retried: 0,
  retriedAfterAttempt: {},
  deadLettered: 0,
  deferred: 0,
  returned: 0,
  deadLetterReasons: {},
  deferralCauses: {},
  ...given,
});

const world = () => {
  const written: AttemptCounts[] = [];
  const state = { now: 0, down: false };
  const add = async (counts: AttemptCounts) => {
    if (state.down) throw new Error('no table');
    written.push(counts);
  };
  return {
    state,
    written,
    reporter: new HealthReporter(
      async () => ({ add }),
      () => state.now,
    ),
  };
};

describe('a consumer that reports how it fares', () => {
  it('says at once that attempts failed, together with what had gone well', async () => {
    const { reporter, written } = world();
    await reporter.record(report({ done: 3 }));
    await reporter.record(report({ done: 10 }));
    await reporter.record(report({ done: 1, retried: 2 }));
    expect(written).toEqual([
      { succeeded: 3, failed: 0 },
      { succeeded: 11, failed: 2 },
    ]);
  });

  it('says every half minute that all is well', async () => {
    const { reporter, written, state } = world();
    for (; state.now < 60_000; state.now += 1000) await reporter.record(report({ done: 1 }));
    expect(written).toEqual([
      { succeeded: 1, failed: 0 },
      { succeeded: 30, failed: 0 },
    ]);
  });

  it('counts the last attempt as failed, and neither malformed messages nor refused ones', async () => {
    const { reporter, written } = world();
    await reporter.record(report({ deadLettered: 6, deadLetterReasons: { exhausted: 1, invalid: 3, fatal: 2 } }));
    expect(written).toEqual([{ succeeded: 0, failed: 1 }]);
  });

  it('has nothing to say of a batch of duplicates', async () => {
    const { reporter, written } = world();
    await reporter.record(report({ duplicate: 5 }));
    expect(written).toEqual([]);
  });

  it('does not keep a batch waiting whose time is almost over', async () => {
    const { reporter, written } = world();
    await reporter.record(report({ retried: 1 }), true);
    expect(written).toEqual([]);
    await reporter.record(report({ done: 1 }));
    expect(written).toEqual([{ succeeded: 1, failed: 1 }]);
  });

  it('says later what it could not say at the time', async () => {
    const { reporter, written, state } = world();
    state.down = true;
    await expect(reporter.record(report({ done: 1, retried: 1 }))).rejects.toThrow('no table');
    state.down = false;
    await reporter.record(report({ done: 1 }));
    expect(written).toEqual([{ succeeded: 2, failed: 1 }]);
  });
});
