import { expect, it } from '@jest/globals';
import type { Environment } from '../../../lib/platform/config/environment.ts';
import type { EnvironmentFor } from '../../../lib/platform/config/environment-for.ts';
import { application } from '../../../lib/platform/declaration/application.ts';
import { otherEnvironments } from '../application/environments.ts';

const exchanges = { events: { type: 'topic' } } as const;
const parking = application({
  name: 'parking',
  exchanges,
  consumers: {
    bill: { on: { events: ['car.left'] }, variables: ['BANK_URL'], secrets: ['BANK_KEY'] },
    scan: { variables: ['BANK_URL', 'CAMERA'] },
    count: {},
  },
});
const plain = application({ name: 'plain', exchanges, consumers: {} });

const [rest] = otherEnvironments as readonly [(typeof otherEnvironments)[number]];
const variables = { BANK_URL: 'https://bank.example.com', CAMERA: 'north' };

it('an environment has the variables and secrets of its application, or the editor says which are wrong', () => {
  const environment: EnvironmentFor<typeof parking> = { ...rest, variables, secrets: { BANK_KEY: 'bank/key' } };
  const asAny: Environment = environment;
  expect(asAny.variables).toBe(variables);

  // @ts-expect-error CAMERA is missing
  ({ ...environment, variables: { BANK_URL: '' } }) satisfies typeof environment;
  // @ts-expect-error there is no BANK_ULR
  ({ ...environment, variables: { ...variables, BANK_ULR: '' } }) satisfies typeof environment;
  // @ts-expect-error secrets are missing
  ({ ...rest, variables }) satisfies typeof environment;
  // @ts-expect-error there is no secret CAMERA
  ({ ...environment, secrets: { ...environment.secrets, CAMERA: 'x' } }) satisfies typeof environment;
  // @ts-expect-error a secret is no place for its value
  ({ ...environment, secrets: { BANK_KEY: { value: 'hunter2' } } }) satisfies typeof environment;
});

it('an environment of an application without variables and secrets has none', () => {
  const environment: EnvironmentFor<typeof plain> = rest;
  expect(environment).toBe(rest);
  // @ts-expect-error no consumer uses it
  ({ ...rest, variables: { BANK_URL: '' } }) satisfies typeof environment;
});
