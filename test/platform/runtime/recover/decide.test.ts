import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  DeadlineExceededError,
  DecodeError,
  FatalError,
  ProcessCrashedError,
  RetryableError,
  ValidationError,
} from '../../../../lib/platform/runtime/errors.ts';
import { decide } from '../../../../lib/platform/runtime/recover/decide.ts';

const policy = { maxAttempts: 5, baseDelaySeconds: 10, maxDelaySeconds: 60 };
const half = () => 0.5;

describe('a failed attempt', () => {
  it.each([
    [new DecodeError('x'), 'undecodable'],
    [new ValidationError('x', []), 'invalid'],
    [new FatalError('x'), 'fatal'],
    [new (class Mine extends FatalError {})('x'), 'fatal'],
    [new ProcessCrashedError('x'), 'process-crashed'],
  ])('with %p is the last one', (error, reason) => {
    expect(decide(error, 1, policy, half)).toEqual({ action: 'dead-letter', reason });
  });

  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  it.each([
    ['an error', new Error('x')],
    ['the deadline', new DeadlineExceededError('x')],
    ['undefined', undefined],
    ['a string', 'oops'],
    ['a revoked proxy', proxy],
  ])('with %s is followed by another', (_name, error) => {
    expect(decide(error, 1, policy, half)).toEqual({ action: 'retry', delaySeconds: 5 });
  });

  it('doubles the longest delay each time, up to the cap, with full jitter', () => {
    const delays = (random: number) =>
      [1, 2, 3, 4].map((attempt) => decide(new Error(), attempt, policy, () => random));
    const seconds = (values: number[]) => values.map((delaySeconds) => ({ action: 'retry', delaySeconds }));
    expect(delays(0.999)).toEqual(seconds([10, 20, 40, 60]));
    expect(delays(0)).toEqual(seconds([1, 1, 1, 1]));
    expect(delays(0.5)).toEqual(seconds([5, 10, 20, 30]));
  });

  it('is the last when the policy allows no more', () => {
    expect(decide(new Error(), 4, policy, half).action).toBe('retry');
    expect(decide(new Error(), 5, policy, half)).toEqual({ action: 'dead-letter', reason: 'exhausted' });
    expect(decide(new Error(), 9999, policy, half)).toEqual({ action: 'dead-letter', reason: 'exhausted' });
  });

  it.each([
    [30, 30],
    [30.2, 31],
    [3600, 3600],
    [0, 1],
    [-5, 1],
    [1e9, 65_535],
    [Number.POSITIVE_INFINITY, 65_535],
    [Number.NaN, 5],
    [undefined, 5],
    ['7' as unknown as number, 5],
  ])('that asks for a delay of %p s gets %p s', (delaySeconds, expected) => {
    expect(decide(new RetryableError('x', { delaySeconds }), 1, policy, half)).toEqual({
      action: 'retry',
      delaySeconds: expected,
    });
  });

  it('that asks for a delay still counts', () => {
    expect(decide(new RetryableError('x', { delaySeconds: 1 }), 5, policy, half)).toEqual({
      action: 'dead-letter',
      reason: 'exhausted',
    });
  });

  it("is judged by the consumer's own classification, which wins over ours but not over a body that cannot be read", () => {
    const classify = (error: unknown) => {
      if ((error as Error).message === 'hopeless') return 'fatal';
      return (error as Error).message === 'passing' ? 'retryable' : undefined;
    };
    const own = { ...policy, classify } as const;
    expect(decide(new Error('hopeless'), 1, own, half)).toEqual({ action: 'dead-letter', reason: 'fatal' });
    expect(decide(new FatalError('passing'), 1, own, half).action).toBe('retry');
    expect(decide(new FatalError('other'), 1, own, half).action).toBe('dead-letter');
    expect(decide(new DecodeError('passing'), 1, own, half).action).toBe('dead-letter');
    // `classify` itself fails on this one.
    expect(decide(undefined, 1, own, half).action).toBe('retry');
  });

  it('never waits less than a second or more than it may, and never goes beyond the last attempt', () => {
    const settings = fc.record({
      maxAttempts: fc.integer({ min: 1, max: 100 }),
      baseDelaySeconds: fc.integer({ min: 1, max: 65_535 }),
      maxDelaySeconds: fc.integer({ min: 1, max: 65_535 }),
    });
    const errors = fc.oneof(
      fc.anything(),
      fc.string().map((message) => new Error(message)),
      fc.double().map((delaySeconds) => new RetryableError('x', { delaySeconds })),
    );
    const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(errors, fc.integer({ min: 1, max: 9999 }), settings, random, (error, attempt, settings, value) => {
        const decision = decide(error, attempt, settings, () => value);
        if (attempt >= settings.maxAttempts) {
          expect(decision).toEqual({ action: 'dead-letter', reason: 'exhausted' });
          return;
        }
        if (decision.action !== 'retry') throw new Error('not retried');
        const limit = error instanceof RetryableError ? 65_535 : settings.maxDelaySeconds;
        expect(Number.isInteger(decision.delaySeconds)).toBe(true);
        expect(decision.delaySeconds).toBeGreaterThanOrEqual(1);
        expect(decision.delaySeconds).toBeLessThanOrEqual(limit);
      }),
    );
  });
});
