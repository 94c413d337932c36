import { describe, expect, it } from '@jest/globals';
import { type Comparison, isMet, median, ratioOf } from './comparison.ts';
import { renderComparisons } from './render.ts';

const comparison = (ours: number, other: number, goal?: Comparison['goal']): Comparison => ({
  name: 'work',
  unit: 'ms',
  ours,
  other: { name: 'somebody', value: other },
  ...(goal && { goal }),
});

describe('a comparison', () => {
  it('meets a goal for the ratio, or for the number itself, or misses it', () => {
    expect(isMet(comparison(5, 10, { of: 'ratio', atMost: 0.5 }))).toBe(true);
    expect(isMet(comparison(5.1, 10, { of: 'ratio', atMost: 0.5 }))).toBe(false);
    expect(isMet(comparison(4, 10, { of: 'ratio', atLeast: 0.4 }))).toBe(true);
    expect(isMet(comparison(3.9, 10, { of: 'ratio', atLeast: 0.4 }))).toBe(false);
    expect(isMet(comparison(61, 1, { of: 'value', atMost: 60 }))).toBe(false);
    expect(isMet(comparison(1, 1))).toBeUndefined();
  });

  it('is not met by a number that could not be measured', () => {
    expect(isMet(comparison(Number.NaN, 10, { of: 'ratio', atMost: 0.5 }))).toBe(false);
    expect(isMet({ name: 'work', unit: 'ms', ours: 1, goal: { of: 'ratio', atMost: 0.5 } })).toBe(false);
    expect(median([])).toBeNaN();
  });

  it('is shown with both numbers, the ratio, the goal and whether it is met', () => {
    const text = renderComparisons([comparison(20, 10, { of: 'ratio', atMost: 0.5 })]);
    for (const part of ['20.0 ms', '10.0 ms', 'somebody', '2.00', 'ratio ≤ 0.5', 'MISSED'])
      expect(text).toContain(part);
    expect(ratioOf(comparison(20, 10))).toBe(2);
  });
});

describe('a median', () => {
  it('is the middle, or between the two in the middle, whatever the order', () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([10, 1, 2, 3])).toBe(2.5);
  });
});
