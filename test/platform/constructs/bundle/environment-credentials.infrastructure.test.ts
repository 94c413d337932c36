import { afterEach, describe, expect, it } from '@jest/globals';
import { defaultProvider } from '../../../../lib/platform/constructs/bundle/environment-credentials.ts';

const before = { ...process.env };
afterEach(() => {
  process.env = { ...before };
});
const set = (variables: Record<string, string>) => {
  for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) delete process.env[name];
  Object.assign(process.env, variables);
};

describe('credentials of a bundled function', () => {
  it("are the ones of Lambda's environment", async () => {
    set({ AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'key', AWS_SESSION_TOKEN: 'token' });
    expect(await defaultProvider()()).toEqual({ accessKeyId: 'id', secretAccessKey: 'key', sessionToken: 'token' });
  });

  it('are read at each call, so that renewed ones are seen', async () => {
    set({ AWS_ACCESS_KEY_ID: 'old', AWS_SECRET_ACCESS_KEY: 'key' });
    const provider = defaultProvider();
    process.env.AWS_ACCESS_KEY_ID = 'new';
    expect(await provider()).toEqual({ accessKeyId: 'new', secretAccessKey: 'key' });
  });

  it('say what is missing, and never fall back to something else', async () => {
    set({ AWS_PROFILE: 'somebody', AWS_ACCESS_KEY_ID: 'id' });
    await expect(defaultProvider()()).rejects.toThrow(/^AWS_SECRET_ACCESS_KEY not set/);
  });
});
