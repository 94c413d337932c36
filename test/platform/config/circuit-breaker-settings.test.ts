import { describe, expect, it } from '@jest/globals';
import {
  circuitBreakerProblems,
  defaultCircuitBreaker,
} from '../../../lib/platform/config/circuit-breaker-settings.ts';

const problems = (change: Partial<typeof defaultCircuitBreaker>) =>
  circuitBreakerProblems('consumer.circuitBreaker', { ...defaultCircuitBreaker, ...change });

describe('settings of a circuit breaker', () => {
  it('are fine as they come', () => {
    expect(problems({})).toEqual([]);
  });

  it.each([
    [{ failureRate: 0 }, 'consumer.circuitBreaker.failureRate is 0; it must be above 0 and at most 1'],
    [{ failureRate: Number.NaN }, 'consumer.circuitBreaker.failureRate is NaN; it must be above 0 and at most 1'],
    [
      { minimumMessages: 0, trialMessages: 0 },
      [
        'consumer.circuitBreaker.minimumMessages is 0; it must be at least 1',
        'consumer.circuitBreaker.trialMessages is 0; it must be at least 1',
      ],
    ],
    [{ minimumMessages: 4 }, 'consumer.circuitBreaker.trialMessages is 5; it must be at most minimumMessages, 4'],
    [
      { windowSeconds: 59 },
      'consumer.circuitBreaker.windowSeconds is 59; a circuit breaker looks once a minute and takes at least 60',
    ],
    [
      { maximumOpenSeconds: 60 },
      'consumer.circuitBreaker.maximumOpenSeconds is 60; it must be at least openSeconds, 120',
    ],
  ])('such as %j are refused', (change, problem) => {
    expect(problems(change)).toEqual([problem].flat());
  });
});
