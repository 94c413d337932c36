import { expect, it } from '@jest/globals';
import { Throttle } from '../../../../lib/platform/local/gateway/throttle.ts';

it('as many requests pass at once as the burst allows, then as many a second as the rate', () => {
  const throttle = new Throttle({ rate: 2, burst: 3 }, 0);
  const passed = (at: number, tries: number) =>
    Array.from({ length: tries }, () => throttle.admit(at)).filter(Boolean).length;
  expect(passed(0, 10)).toBe(3);
  expect(passed(400, 10)).toBe(0);
  expect(passed(1000, 10)).toBe(2);
  expect(passed(60_000, 10)).toBe(3);
});
