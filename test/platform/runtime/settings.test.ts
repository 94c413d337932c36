import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { type AwsEndpoint, startAwsEndpoint } from '../../../lib/platform/local/endpoints/aws-endpoint.ts';
import { Principals } from '../../../lib/platform/local/endpoints/principals.ts';
import { SecretRotations } from '../../../lib/platform/local/endpoints/secret-rotation.ts';
import { SecretStore } from '../../../lib/platform/local/endpoints/secret-store.ts';
import { ConfigurationError } from '../../../lib/platform/runtime/errors.ts';
import { SecretError, settings } from '../../../lib/platform/runtime/settings.ts';

// The client takes seconds to load where every processor is busy.
jest.setTimeout(60_000);

interface Parking {
  readonly consumers: {
    readonly bill: { readonly variables: readonly ['BANK_URL']; readonly secrets: readonly ['BANK_KEY', 'OLD_KEY'] };
    readonly scan: { readonly variables: readonly ['CAMERA'] };
    readonly count: object;
  };
}
const { variable, secret } = settings<Parking>();

const before = { ...process.env };
afterEach(() => {
  process.env = { ...before };
});

describe('a variable', () => {
  it('has the value that the stack says', () => {
    process.env.BANK_URL = 'https://bank.example.com';
    expect(variable('BANK_URL')).toBe('https://bank.example.com');
  });

  it('that the consumer does not use is an error that says where to add it', () => {
    expect(() => variable('CAMERA')).toThrow(ConfigurationError);
    expect(() => variable('CAMERA')).toThrow(
      "environment variable CAMERA is not set; the consumer has no variable 'CAMERA' in lib/app.ts",
    );
  });

  it('that no consumer uses is an error in the editor', () => {
    // @ts-expect-error there is no such variable
    expect(() => variable('BANK_ULR')).toThrow('BANK_ULR');
    // @ts-expect-error it is a secret
    expect(() => variable('BANK_KEY')).toThrow('BANK_KEY');
  });
});

describe('a secret', () => {
  const secrets = new SecretStore([
    { id: 'bank/key', value: 'hunter2' },
    { id: 'bank/old-key', value: undefined },
  ]);
  const principals = new Principals();
  const billing = principals.addRole('billing', 'arn:aws:iam::111122223333:role/billing');
  const keys = principals.issueKeys(billing, 'billing');
  let endpoint: AwsEndpoint;

  beforeAll(async () => {
    billing.statements.push({
      Effect: 'Allow',
      Action: 'secretsmanager:GetSecretValue',
      Resource: [
        'arn:*:secretsmanager:*:*:secret:bank/key-??????',
        'arn:*:secretsmanager:*:*:secret:bank/old-key-??????',
      ],
    });
    const rotations = new SecretRotations(() => undefined);
    endpoint = await startAwsEndpoint({ secrets, rotations, principals, mappings: () => new Map() }, () => undefined);
  });
  afterAll(() => endpoint.stop());

  const deployedWith = (variables: Record<string, string>): void => {
    Object.assign(process.env, variables, {
      AWS_ENDPOINT_URL: endpoint.url,
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: keys.accessKeyId,
      AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
    });
  };

  it('is what Secrets Manager has under the name that the stack says', async () => {
    deployedWith({ SECRET_BANK_KEY: 'bank/key' });
    expect(await secret('BANK_KEY')).toBe('hunter2');
  });

  it('that has been changed is noticed at once by whoever takes no old value', async () => {
    deployedWith({ SECRET_BANK_KEY: 'bank/key' });
    expect(await secret('BANK_KEY')).toBe('hunter2');
    secrets.find('bank/key')?.replace('correct horse');
    expect(await secret('BANK_KEY')).toBe('hunter2');
    expect(await secret('BANK_KEY', { maximumAgeSeconds: 0 })).toBe('correct horse');
    expect(await secret('BANK_KEY')).toBe('correct horse');
  });

  it('without a value is an error that names the secret and the reason', async () => {
    deployedWith({ SECRET_OLD_KEY: 'bank/old-key' });
    const reading = secret('OLD_KEY');
    await expect(reading).rejects.toThrow(SecretError);
    await expect(reading).rejects.toThrow(
      /^secret OLD_KEY \(bank\/old-key\) cannot be read: ResourceNotFoundException: /,
    );
  });

  it('of somebody else cannot be read', async () => {
    deployedWith({ SECRET_BANK_KEY: 'bank/vault' });
    await expect(secret('BANK_KEY')).rejects.toThrow(/^secret BANK_KEY \(bank\/vault\) .*AccessDeniedException/);
  });

  it('that the consumer does not use is an error that says where to add it', async () => {
    await expect(secret('BANK_KEY')).rejects.toThrow(
      "environment variable SECRET_BANK_KEY is not set; the consumer has no secret 'BANK_KEY' in lib/app.ts",
    );
  });
});
