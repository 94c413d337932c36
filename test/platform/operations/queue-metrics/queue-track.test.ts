import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  observe,
  type QueueObservation,
  type QueueTrack,
} from '../../../../lib/platform/operations/queue-metrics/queue-track.ts';

const minute = 60_000;
const sample = (departed: number, ready: number, rest: { published?: number; unacknowledged?: number } = {}) => ({
  published: departed + ready,
  delivered: departed,
  redelivered: 0,
  departed,
  ready,
  unacknowledged: 0,
  ...rest,
});

/** Looks once a minute. */
const watch = (looks: readonly ReturnType<typeof sample>[]): QueueObservation[] => {
  const observations: QueueObservation[] = [];
  looks.forEach((look, index) => {
    observations.push(observe(observations.at(-1)?.track, look, index * minute));
  });
  return observations;
};
const ages = (looks: readonly ReturnType<typeof sample>[]) => watch(looks).map(({ oldestAge }) => oldestAge);

describe('the age of the oldest message', () => {
  it('is nothing in an empty queue, however busy', () => {
    expect(ages([sample(0, 0), sample(5000, 0), sample(9000, 0)])).toEqual([0, 0, 0]);
  });

  it('grows while nothing leaves, also when a mapping holds the messages', () => {
    expect(ages([sample(0, 3), sample(0, 4), sample(0, 0, { unacknowledged: 4 })])).toEqual([0, 60, 120]);
  });

  it('falls when what was there has left, however much is there now', () => {
    expect(ages([sample(0, 100), sample(50, 500), sample(100, 500), sample(550, 500)])).toEqual([0, 60, 60, 60]);
    expect(ages([sample(0, 100), sample(50, 500), sample(551, 400)])).toEqual([0, 60, 0]);
  });

  it('begins anew after a purge', () => {
    expect(ages([sample(0, 9), sample(0, 9), sample(0, 0), sample(0, 1), sample(0, 1)])).toEqual([0, 60, 0, 0, 60]);
  });

  it('survives a restart of the broker, which begins to count anew', () => {
    expect(ages([sample(900, 10), sample(0, 10), sample(9, 1), sample(10, 5)])).toEqual([0, 60, 120, 0]);
  });

  it('is never too high and at most a minute too low, as long as messages leave in the order in which they came', () => {
    const steps = fc.array(fc.record({ arrive: fc.nat(20), leave: fc.nat(20) }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(steps, (moves) => {
        const queue: number[] = [];
        let departed = 0;
        let track: QueueTrack | undefined;
        moves.forEach(({ arrive, leave }, index) => {
          const at = index * minute;
          departed += queue.splice(0, leave).length;
          // Everything arrives some time before the look, one after the other.
          for (let i = 0; i < arrive; i++) queue.push(at - minute + ((i + 1) * minute) / (arrive + 1));
          const observed = observe(track, sample(departed, queue.length), at);
          track = observed.track;
          const age = queue[0] === undefined ? 0 : (at - queue[0]) / 1000;
          expect(observed.oldestAge).toBeLessThanOrEqual(age);
          expect(observed.oldestAge).toBeGreaterThan(age - 60.001);
        });
      }),
    );
  });

  it('stays true, if coarser, over days of standstill, without growing what is kept', () => {
    const looks = Array.from({ length: 5000 }, (_, index) => sample(0, index + 1));
    const observations = watch(looks);
    expect(observations.at(-1)?.oldestAge).toBe(4999 * 60);
    expect(Math.max(...observations.map(({ track }) => track.pending.length))).toBeLessThanOrEqual(24);
  });
});

describe('rates', () => {
  it('are messages a second since the look before, unknown at the first', () => {
    const [first, second] = watch([sample(100, 0), sample(700, 60)]);
    expect(first?.rates).toBeUndefined();
    expect(second?.rates).toEqual({ published: 11, delivered: 10, redelivered: 0, departed: 10 });
  });

  it('are never negative', () => {
    const counts = fc.array(fc.record({ departed: fc.nat(1000), ready: fc.nat(1000) }), { minLength: 2 });
    fc.assert(
      fc.property(counts, (looks) => {
        for (const { rates, oldestAge } of watch(looks.map(({ departed, ready }) => sample(departed, ready))))
          for (const value of [...Object.values(rates ?? {}), oldestAge]) expect(value).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});
