import { describe, expect, it } from '@jest/globals';
import { selectEnvironment } from '../../../lib/platform/config/select-environment.ts';
import { environments } from '../application/environments.ts';

describe('selecting an environment', () => {
  it('takes dev when nothing is asked for', () => {
    expect(selectEnvironment(environments, {}).name).toBe('dev');
  });

  it('takes the one that is asked for', () => {
    expect(selectEnvironment(environments, { env: 'prod' })).toMatchObject({ name: 'prod', production: true });
  });

  it('lists the known ones when there is none of that name', () => {
    expect(() => selectEnvironment(environments, { env: 'production' })).toThrow(
      'env is "production"; known are local, dev, prod (lib/environments.ts)',
    );
  });

  it('lets the command line override the vhost, and checks it', () => {
    expect(selectEnvironment(environments, { vhost: 'mine' })).toMatchObject({ name: 'dev', vhost: 'mine' });
    expect(() => selectEnvironment(environments, { vhost: '' })).toThrow(/vhost is ""/);
  });
});
