import { describe, expect, it } from '@jest/globals';
import { selectEnvironment } from '../../../lib/platform/config/select-environment.ts';

describe('selecting an environment', () => {
  it('takes dev when nothing is asked for', () => {
    expect(selectEnvironment({}).name).toBe('dev');
  });

  it('takes the one that is asked for', () => {
    expect(selectEnvironment({ env: 'prod' })).toMatchObject({ name: 'prod', production: true });
  });

  it('lists the known ones when there is none of that name', () => {
    expect(() => selectEnvironment({ env: 'production' })).toThrow(
      'env is "production"; known are local, dev, staging, prod (lib/environments.ts)',
    );
  });

  it('lets the command line override the vhost, and checks it', () => {
    expect(selectEnvironment({ vhost: 'mine' })).toMatchObject({ name: 'dev', vhost: 'mine' });
    expect(() => selectEnvironment({ vhost: '' })).toThrow(/vhost is ""/);
  });

  it('retries fast enough to be watched on this machine, at leisure elsewhere', () => {
    expect(selectEnvironment({ env: 'local' }).retry).toEqual({
      maxAttempts: 5,
      baseDelaySeconds: 1,
      maxDelaySeconds: 2,
    });
    expect(selectEnvironment({ env: 'prod' }).retry.maxDelaySeconds).toBeGreaterThan(60);
  });
});
