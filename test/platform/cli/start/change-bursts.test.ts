import { beforeEach, describe, expect, it } from '@jest/globals';
import { ChangeBursts } from '../../../../lib/platform/cli/start/change-bursts.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

let clock: VirtualClock;
let calls: string[][];
let errors: string[];
let work: () => Promise<void>;
let bursts: ChangeBursts;

beforeEach(() => {
  clock = new VirtualClock();
  calls = [];
  errors = [];
  work = () => Promise.resolve();
  bursts = new ChangeBursts({
    clock,
    follow: (paths) => {
      calls.push([...paths]);
      return work();
    },
    onError: (error) => errors.push(error.message),
  });
});

describe('changes that follow each other closely', () => {
  it('are passed on together, each once', async () => {
    for (const path of ['a.ts', 'b.ts', 'a.ts', 'c.ts']) {
      bursts.add(path);
      await clock.advance(40);
    }
    expect(calls).toEqual([]);
    await clock.advance(10);
    expect(calls).toEqual([['a.ts', 'b.ts', 'c.ts']]);
  });

  it('are passed on within a tenth of a second once they are over', async () => {
    bursts.add('a.ts');
    await clock.advance(100);
    expect(calls).toEqual([['a.ts']]);
  });

  it('are not passed on once it is over', async () => {
    bursts.add('a.ts');
    bursts.stop();
    await clock.advance(1000);
    expect(calls).toEqual([]);
  });
});

describe('changes while earlier ones are being followed', () => {
  it('lead to one more call when that has ended', async () => {
    const first = Promise.withResolvers<void>();
    work = () => first.promise;
    bursts.add('a.ts');
    await clock.advance(1000);
    for (const path of ['b.ts', 'c.ts']) {
      bursts.add(path);
      await clock.advance(1000);
    }
    expect(calls).toEqual([['a.ts']]);
    work = () => Promise.resolve();
    first.resolve();
    await clock.advance(0);
    expect(calls).toEqual([['a.ts'], ['b.ts', 'c.ts']]);
  });

  it('are followed as well when that has failed, which is reported', async () => {
    work = () => Promise.reject(new Error('syntax'));
    bursts.add('a.ts');
    await clock.advance(1000);
    bursts.add('a.ts');
    await clock.advance(1000);
    expect(errors).toEqual(['syntax', 'syntax']);
    expect(calls).toEqual([['a.ts'], ['a.ts']]);
  });
});
