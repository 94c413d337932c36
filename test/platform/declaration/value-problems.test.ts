import { describe, expect, it } from '@jest/globals';
import type { Environment } from '../../../lib/platform/config/environment.ts';
import type { SecretReference } from '../../../lib/platform/config/secret-reference.ts';
import type { Application } from '../../../lib/platform/declaration/application.ts';
import { environmentOf } from '../../../lib/platform/declaration/environment-of.ts';
import { otherEnvironments } from '../application/environments.ts';

const [local] = otherEnvironments as readonly [Environment];

const parking: Application = {
  name: 'parking',
  exchanges: { events: { type: 'topic' } },
  consumers: {
    bill: { variables: ['BANK_URL'], secrets: ['BANK_KEY'] },
    scan: { variables: ['BANK_URL'] },
  },
};
const fit = { variables: { BANK_URL: 'https://bank.example.com' }, secrets: { BANK_KEY: 'bank/key' } };
const check = (values: Pick<Environment, 'variables' | 'secrets'>) => environmentOf(parking, { ...local, ...values });

describe('an environment', () => {
  it('gives each variable and secret a value', () => {
    expect(check(fit)).toMatchObject(fit);
  });

  it('that lacks some is refused with the lines to add', () => {
    expect(() => check({})).toThrow(
      "environment local (lib/environments.ts): variables.BANK_URL is missing, which consumer 'bill' uses; add to local: variables: { BANK_URL: '…' } · secrets.BANK_KEY is missing, which consumer 'bill' uses; add to local: secrets: { BANK_KEY: 'name or ARN in Secrets Manager' }",
    );
  });

  it('that has one that no consumer uses is refused with those that they use', () => {
    expect(() => check({ ...fit, variables: { ...fit.variables, BANK_ULR: 'x' } })).toThrow(
      'variables.BANK_ULR is there, but no consumer in lib/app.ts uses it (they use BANK_URL); remove it, or add it to the variables of a consumer',
    );
    expect(() => environmentOf({ ...parking, consumers: {} }, { ...local, secrets: fit.secrets })).toThrow(
      'secrets.BANK_KEY is there, but no consumer in lib/app.ts uses it (they use none)',
    );
  });

  it('with an empty variable is refused', () => {
    expect(() => check({ ...fit, variables: { BANK_URL: '' } })).toThrow('variables.BANK_URL is empty');
  });

  it.each<SecretReference>([
    'bank/key',
    'arn:aws:secretsmanager:eu-west-1:111122223333:secret:bank/key-AbCdEf',
    {
      secret: 'bank/key',
      encryptionKey: { arn: 'arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d-0000-4000-8000-0a1b2c3d4e5f' },
    },
  ])('finds a secret by name or ARN, with its key where that is yours: %j', (reference) => {
    expect(check({ ...fit, secrets: { BANK_KEY: reference } }).secrets).toEqual({ BANK_KEY: reference });
  });

  it.each<[SecretReference, string]>([
    ['', 'secrets.BANK_KEY is ""; it must be the name of a secret in Secrets Manager'],
    ['the bank’s key', 'secrets.BANK_KEY is "the bank’s key"; it must be the name'],
    ['arn:aws:s3:::bank', 'secrets.BANK_KEY is "arn:aws:s3:::bank"; it must be the name'],
    [
      { secret: 'bank/key', encryptionKey: { arn: 'alias/bank' } },
      'secrets.BANK_KEY.encryptionKey.arn is "alias/bank"; it must be the ARN of a key in KMS',
    ],
  ])('is refused with %j as a secret', (reference, problem) => {
    expect(() => check({ ...fit, secrets: { BANK_KEY: reference } })).toThrow(problem);
  });
});
