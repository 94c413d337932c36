import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { backoff } from '../../../lib/messaging/amqp/backoff.ts';

describe('the delay before another attempt', () => {
  it('is anything up to a bound that doubles and is capped', () => {
    const settings = { baseMilliseconds: 100, capMilliseconds: 1000 };
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5000 }),
        fc.double({ min: 0, max: 0.999999, noNaN: true }),
        (attempt, random) => {
          const wait = backoff(attempt, settings, random);
          expect(wait).toBeGreaterThanOrEqual(0);
          expect(wait).toBeLessThan(Math.min(1000, 100 * 2 ** (attempt - 1)));
        },
      ),
    );
  });
});
