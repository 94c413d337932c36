import { describe, expect, it } from '@jest/globals';
import type { Application } from '#app';
import { checkApplication } from '#testing';
import { events } from '../../functions/events.ts';
import { app } from '../../lib/app.ts';
import { environments } from '../../lib/environments.ts';
import { addStacks } from '../../lib/stacks.ts';

describe('lib/app.ts', () => {
  it.each(environments.map((environment) => [environment.name, environment] as const))(
    'is right and has all its handlers: it can be deployed to %s',
    async (_, environment) => {
      await checkApplication(app, environment, addStacks);
    },
    120_000,
  );

  it('asks for no event that is not in functions/events.ts, where its consumers name types and no patterns', () => {
    const { consumers }: Application = app;
    const asked = Object.values(consumers).flatMap(({ on = {} }) => Object.values(on).flat());
    const types = asked.filter((type) => !/[*#]/.test(type));
    expect(types.filter((type) => !Object.hasOwn(events, type))).toEqual([]);
  });
});

it('lib/environments.ts lets this machine retry fast enough to be watched', () => {
  expect(environments.find(({ name }) => name === 'local')?.retry).toEqual({
    maxAttempts: 5,
    baseDelaySeconds: 1,
    maxDelaySeconds: 2,
  });
});
