import { describe, expect, it } from '@jest/globals';
import { checkApplication } from '../../../lib/platform/testing/check-application.ts';
import { otherEnvironments } from '../application/environments.ts';

const [environment] = otherEnvironments;
if (!environment) throw new Error('the test application has no environment');
const app = { name: 'shop', exchanges: { events: { type: 'topic' } }, consumers: {} } as const;

describe('an application', () => {
  it('that can be deployed passes', async () => {
    await expect(checkApplication(app, environment)).resolves.toBeUndefined();
  });

  it('fails with what is wrong: a consumer without a handler, a table that nobody declares, a setting beyond its limit', async () => {
    const consumers = { 'no-such': { on: { events: ['a'] } } };
    await expect(checkApplication({ ...app, consumers }, environment)).rejects.toThrow(
      'functions/no-such/handler.ts does not exist; it must export `handler`',
    );
    const misspelt = { 'no-such': { on: { events: ['a'] }, tables: { Ordrs: ['GetItem'] } } } as const;
    await expect(checkApplication({ ...app, consumers: misspelt }, environment)).rejects.toThrow('Ordrs');
    await expect(checkApplication(app, { ...environment, secretRotationDays: 0 })).rejects.toThrow(
      'secretRotationDays is 0',
    );
  });

  it('is checked together with stacks of your own', async () => {
    await expect(checkApplication(app, environment, ({ publisher }) => publisher('nobody'))).rejects.toThrow(
      "lib/stacks.ts: publisher 'nobody' is not in lib/app.ts, which has none",
    );
  });
});
