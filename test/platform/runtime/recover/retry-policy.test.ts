import { describe, expect, it } from '@jest/globals';
import { defaultRetrySettings, type RetrySettings } from '../../../../lib/platform/config/retry-settings.ts';
import { ConfigurationError } from '../../../../lib/platform/runtime/errors.ts';
import { retryPolicy } from '../../../../lib/platform/runtime/recover/retry-policy.ts';

describe('the retry policy', () => {
  it('is the default, with what the stack says over it, with what the consumer says over that', () => {
    expect(retryPolicy()).toEqual(defaultRetrySettings);
    expect(retryPolicy({ maxAttempts: 3 }, '{"maxAttempts":7,"baseDelaySeconds":2}')).toEqual({
      maxAttempts: 3,
      baseDelaySeconds: 2,
      maxDelaySeconds: 900,
    });
    expect(retryPolicy({ maxAttempts: undefined }, '')).toEqual(defaultRetrySettings);
  });

  it.each([
    [{ maxAttempts: 0 }, 'retry.maxAttempts is 0; it takes a whole number from 1 to 100'],
    [{ maxAttempts: 101 }, 'retry.maxAttempts is 101; it takes a whole number from 1 to 100'],
    [{ baseDelaySeconds: 1.5 }, 'retry.baseDelaySeconds is 1.5; it takes a whole number from 1 to 65535'],
    [{ maxDelaySeconds: 65_536 }, 'retry.maxDelaySeconds is 65536; it takes a whole number from 1 to 65535'],
    [{ maxDelaySeconds: '9' }, 'retry.maxDelaySeconds is "9"; it takes a whole number from 1 to 65535'],
    [
      { attempts: 3 },
      'retry.attempts is not a retry setting; there are maxAttempts, baseDelaySeconds, maxDelaySeconds',
    ],
  ])('%j is refused', (settings, problem) => {
    const refused = () => retryPolicy(settings as Partial<RetrySettings>);
    expect(refused).toThrow(ConfigurationError);
    expect(refused).toThrow(problem);
  });

  it.each([
    ['{', 'environment variable RETRY_POLICY is not JSON: {'],
    ['[]', 'environment variable RETRY_POLICY is not an object'],
    ['null', 'environment variable RETRY_POLICY is not an object'],
    ['{"maxAttempts":-1}', 'environment variable RETRY_POLICY.maxAttempts is -1'],
  ])('%s in the environment is refused', (json, problem) => {
    expect(() => retryPolicy({}, json)).toThrow(problem);
  });
});
