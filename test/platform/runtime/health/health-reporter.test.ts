import { describe, expect, it } from '@jest/globals';
import { countMessages, type HealthRecord, mostNamed } from '../../../../lib/platform/runtime/health/health-record.ts';
import {
  type BatchHealth,
  HealthReporter,
  HealthReportOverdueError,
} from '../../../../lib/platform/runtime/health/health-reporter.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const setting = () => {
  const clock = new VirtualClock();
  const written: HealthRecord[] = [];
  const state: { answer: 'written' | 'refused' | 'none' } = { answer: 'written' };
  const add = async (record: HealthRecord) => {
    if (state.answer === 'refused') throw new Error('no table');
    if (state.answer === 'none') await new Promise(() => {});
    written.push(record);
  };
  const reporter = new HealthReporter(async () => ({ add }), clock);
  const record = (health: Partial<BatchHealth>) =>
    reporter.record({ succeeded: 0, recovered: [], failed: [], ...health }, clock.now() + 1000);
  return {
    clock,
    state,
    record,
    /** Succeeded and failed, of each record that was written. */
    written: () => written.map((each) => countMessages([each], 0)),
    total: () => countMessages(written, 0),
    records: written,
  };
};

const ids = (count: number, prefix = 'm') => Array.from({ length: count }, (_, index) => `${prefix}-${index}`);

describe('a consumer that reports how it fares', () => {
  it('says at once that messages failed, together with what had gone well', async () => {
    const { record, written } = setting();
    await record({ succeeded: 3 });
    await record({ succeeded: 10 });
    await record({ succeeded: 1, failed: ['a', 'b'] });
    expect(written()).toEqual([
      { succeeded: 3, failed: 0 },
      { succeeded: 11, failed: 2 },
    ]);
  });

  it('says every half minute that all is well', async () => {
    const { clock, record, written } = setting();
    for (let second = 0; second < 60; second++) {
      await record({ succeeded: 1 });
      await clock.advance(1000);
    }
    expect(written()).toEqual([
      { succeeded: 1, failed: 0 },
      { succeeded: 30, failed: 0 },
    ]);
  });

  it('counts a message once, however often it fails', async () => {
    const { clock, record, total } = setting();
    for (let attempt = 0; attempt < 50; attempt++) {
      await record({ failed: ['a', 'b'] });
      await clock.advance(3000);
    }
    expect(total()).toEqual({ succeeded: 0, failed: 2 });
  });

  it('has nothing to say of a message that it has named a moment ago', async () => {
    const { record, records } = setting();
    await record({ failed: ['a'] });
    expect(record({ failed: ['a'] })).toBeUndefined();
    expect(records).toHaveLength(1);
  });

  it('says at once that a message succeeded which had failed, so that it counts as a success', async () => {
    const { clock, record, total } = setting();
    await record({ succeeded: 1 });
    await record({ failed: ['a', 'b'] });
    await clock.advance(1000);
    await record({ recovered: ['a'] });
    expect(total()).toEqual({ succeeded: 2, failed: 1 });
    await clock.advance(20_000);
    await record({ recovered: ['b'] });
    expect(total()).toEqual({ succeeded: 3, failed: 0 });
  });

  it('counts messages that succeed after a failure also where it cannot name them all, or not at the time', async () => {
    const { clock, state, record, total, records } = setting();
    state.answer = 'refused';
    await expect(record({ recovered: ids(150) })).rejects.toThrow('no table');
    state.answer = 'written';
    await clock.advance(20_000);
    await record({ recovered: ids(50) });
    expect(total()).toEqual({ succeeded: 150, failed: 0 });
    expect(records.map(({ recovered }) => recovered.length)).toEqual([mostNamed]);
  });

  it('names no more messages than fit, and counts the others', async () => {
    const { record, records, total } = setting();
    await record({ failed: ids(150) });
    await record({ failed: ids(50, 'n') });
    expect(total().failed).toBe(200);
    expect(records.map(({ failed }) => failed.length)).toEqual([mostNamed, 0]);
  });

  it('has nothing to say of a batch that says nothing', () => {
    const { record } = setting();
    expect(record({})).toBeUndefined();
  });

  it('keeps a batch waiting no longer than the batch can wait', async () => {
    const { clock, state, record } = setting();
    state.answer = 'none';
    const recorded = expect(record({ failed: ['a'] })).rejects.toThrow(HealthReportOverdueError);
    await clock.advance(1000);
    await recorded;
    expect(clock.waiting).toBe(0);
  });

  it('says with the next batch what it could not say at the time', async () => {
    const { clock, state, record, written } = setting();
    state.answer = 'refused';
    await expect(record({ succeeded: 1, failed: ['a'] })).rejects.toThrow('no table');
    state.answer = 'written';
    await clock.advance(20_000);
    await record({ succeeded: 1 });
    expect(written()).toEqual([{ succeeded: 2, failed: 1 }]);
  });

  it('drops what it could not say for a minute: the trouble may be over by now', async () => {
    const { clock, state, record, written } = setting();
    state.answer = 'refused';
    for (let minute = 0; minute < 10; minute++) {
      await expect(record({ failed: ids(10, `minute-${minute}`) })).rejects.toThrow('no table');
      await clock.advance(61_000);
    }
    state.answer = 'written';
    await record({ succeeded: 20 });
    expect(written()).toEqual([{ succeeded: 20, failed: 0 }]);
  });
});

describe('counting messages', () => {
  const record = (at: number, failed: string[], succeeded = 0, recovered: string[] = []): HealthRecord => ({
    at,
    succeeded,
    recovered,
    failed,
    failedUnnamed: 0,
  });

  it('tells a message that failed in several records once', () => {
    expect(countMessages([record(0, ['a', 'b']), record(10, ['b', 'c'], 4)], 0)).toEqual({ succeeded: 4, failed: 3 });
  });

  it('goes by the last that is known of a message', () => {
    const failedFirst = [record(0, ['a', 'b']), record(10, [], 1, ['a'])];
    expect(countMessages(failedFirst, 0)).toEqual({ succeeded: 2, failed: 1 });
    expect(countMessages([...failedFirst, record(20, ['a'])], 0)).toEqual({ succeeded: 1, failed: 2 });
    expect(countMessages([record(0, ['a'], 0, ['a'])], 0)).toEqual({ succeeded: 1, failed: 0 });
  });

  it('counts a message that failed earlier than that and succeeds now', () => {
    expect(countMessages([record(0, ['a']), record(10, [], 0, ['a'])], 10)).toEqual({ succeeded: 1, failed: 0 });
  });

  it('leaves out what is older', () => {
    expect(countMessages([record(0, ['a'], 1), record(10, ['b'], 2)], 10)).toEqual({ succeeded: 2, failed: 1 });
  });
});
