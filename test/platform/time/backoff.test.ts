import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { backoff, doubled } from '../../../lib/platform/time/backoff.ts';

describe('the delay before another attempt', () => {
  it('is anything from 1 up to a bound that doubles and is capped', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5000 }),
        fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
        (attempt, random) => {
          const wait = backoff(attempt, { base: 100, cap: 1000 }, () => random);
          expect(wait).toBeGreaterThanOrEqual(1);
          expect(wait).toBeLessThanOrEqual(Math.min(1000, 100 * 2 ** (attempt - 1)));
        },
      ),
    );
  });

  it('makes full use of the bound', () => {
    const longest = [1, 2, 3, 4, 50, 5000].map((attempt) => backoff(attempt, { base: 250, cap: 1500 }, () => 0.9999));
    expect(longest).toEqual([250, 500, 1000, 1500, 1500, 1500]);
  });

  it('is the bound itself where nobody else has to be avoided', () => {
    expect([1, 2, 3, 4].map((attempt) => doubled(attempt, { base: 100, cap: 500 }))).toEqual([100, 200, 400, 500]);
    expect(doubled(20, { base: 1 })).toBe(524_288);
  });
});
