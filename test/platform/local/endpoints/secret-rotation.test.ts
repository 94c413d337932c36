import {
  DescribeSecretCommand,
  GetRandomPasswordCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  RotateSecretCommand,
  SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type AwsEndpoint, startAwsEndpoint } from '../../../../lib/platform/local/endpoints/aws-endpoint.ts';
import { Principals } from '../../../../lib/platform/local/endpoints/principals.ts';
import { SecretRotations } from '../../../../lib/platform/local/endpoints/secret-rotation.ts';
import { SecretStore } from '../../../../lib/platform/local/endpoints/secret-store.ts';
import type { StoredSecret } from '../../../../lib/platform/local/endpoints/stored-secret.ts';

interface StepEvent {
  readonly Step: string;
  readonly SecretId: string;
  readonly ClientRequestToken: string;
}

const principals = new Principals();
const failures: string[] = [];
let endpoint: AwsEndpoint | undefined;
let client: SecretsManagerClient;
let rotations: SecretRotations;
let secret: StoredSecret;
const events: StepEvent[] = [];
/** What the made-up rotation function does at a step. */
let behaviour: (event: StepEvent) => Promise<void>;

const stages = async () =>
  (await client.send(new DescribeSecretCommand({ SecretId: secret.arn }))).VersionIdsToStages ?? {};
const read = async (VersionStage: string) =>
  (await client.send(new GetSecretValueCommand({ SecretId: secret.arn, VersionStage }))).SecretString;
const promote = async (to: string) => {
  const from = Object.entries(await stages()).find(([, labels]) => labels.includes('AWSCURRENT'))?.[0];
  await client.send(
    new UpdateSecretVersionStageCommand({
      SecretId: secret.arn,
      VersionStage: 'AWSCURRENT',
      MoveToVersionId: to,
      RemoveFromVersionId: from,
    }),
  );
};
const obedient = async ({ Step, ClientRequestToken }: StepEvent): Promise<void> => {
  if (Step === 'createSecret')
    await client.send(
      new PutSecretValueCommand({
        SecretId: secret.arn,
        ClientRequestToken,
        SecretString: 'second',
        VersionStages: ['AWSPENDING'],
      }),
    );
  if (Step === 'finishSecret') await promote(ClientRequestToken);
};

beforeEach(async () => {
  endpoint?.stop();
  const secrets = new SecretStore();
  rotations = new SecretRotations((message) => failures.push(message));
  endpoint = await startAwsEndpoint({ secrets, rotations, principals, mappings: () => new Map() }, () => undefined);
  client = new SecretsManagerClient({
    endpoint: endpoint.url,
    region: 'us-east-1',
    credentials: principals.operator,
    maxAttempts: 1,
  });
  secret = secrets.create('shop', 'first');
  secret.rotation = {
    functionArn: 'arn:rotation',
    invoke: async (event) => {
      events.push(event as StepEvent);
      await behaviour(event as StepEvent);
    },
  };
  behaviour = obedient;
  events.length = 0;
  failures.length = 0;
});
afterAll(() => {
  rotations.stop();
  client.destroy();
  endpoint?.stop();
});

describe('a secret that is rotated', () => {
  it('goes through the four steps with one token, and ends with the new version current and the old one previous', async () => {
    const { VersionId } = await client.send(new RotateSecretCommand({ SecretId: 'shop' }));
    await rotations.settled();
    expect(events).toEqual(
      ['createSecret', 'setSecret', 'testSecret', 'finishSecret'].map((Step) => ({
        Step,
        SecretId: secret.arn,
        ClientRequestToken: VersionId,
      })),
    );
    expect([await read('AWSCURRENT'), await read('AWSPREVIOUS')]).toEqual(['second', 'first']);
    expect((await stages())[VersionId ?? '']).toEqual(expect.arrayContaining(['AWSCURRENT']));
  });

  it('has a pending version without a value until createSecret has made it', async () => {
    let found: unknown;
    behaviour = async (event) => {
      if (event.Step === 'createSecret')
        found = [(await stages())[event.ClientRequestToken], await read('AWSPENDING').catch((error) => error.name)];
      await obedient(event);
    };
    await client.send(new RotateSecretCommand({ SecretId: 'shop' }));
    await rotations.settled();
    expect(found).toEqual([['AWSPENDING'], 'ResourceNotFoundException']);
  });

  it('is tried again from the first step, for the same version, when a step fails', async () => {
    let broken = true;
    behaviour = async (event) => {
      if (event.Step === 'testSecret' && broken) {
        broken = false;
        throw new Error('refused');
      }
      await obedient(event);
    };
    await client.send(new RotateSecretCommand({ SecretId: 'shop' }));
    await rotations.settled();
    expect(events.map(({ Step }) => Step.slice(0, 4))).toEqual([
      'crea',
      'setS',
      'test',
      'crea',
      'setS',
      'test',
      'fini',
    ]);
    expect(new Set(events.map(({ ClientRequestToken }) => ClientRequestToken)).size).toBe(1);
    expect(failures).toEqual(['rotation of secret shop, attempt 1 of 5: testSecret failed: refused']);
    expect(await read('AWSCURRENT')).toBe('second');
  });

  it('is not rotated a second time while the first time is not complete', async () => {
    const release = Promise.withResolvers<void>();
    behaviour = async (event) => {
      await release.promise;
      await obedient(event);
    };
    await client.send(new RotateSecretCommand({ SecretId: 'shop' }));
    await expect(client.send(new RotateSecretCommand({ SecretId: 'shop' }))).rejects.toThrow(
      "A previous rotation isn't complete. That rotation will be reattempted.",
    );
    release.resolve();
    await rotations.settled();
    expect(events).toHaveLength(4);
  });

  it('has versions that never change their value, and labels that move only from where they are', async () => {
    await client.send(new RotateSecretCommand({ SecretId: 'shop' }));
    await rotations.settled();
    const [current] = Object.entries(await stages()).find(([, labels]) => labels.includes('AWSCURRENT')) ?? [];
    await expect(
      client.send(new PutSecretValueCommand({ SecretId: 'shop', ClientRequestToken: current, SecretString: 'third' })),
    ).rejects.toMatchObject({ name: 'ResourceExistsException' });
    const [previous] = Object.entries(await stages()).find(([, labels]) => labels.includes('AWSPREVIOUS')) ?? [];
    await expect(
      client.send(
        new UpdateSecretVersionStageCommand({
          SecretId: 'shop',
          VersionStage: 'AWSCURRENT',
          MoveToVersionId: previous,
          RemoveFromVersionId: previous,
        }),
      ),
    ).rejects.toThrow('you must explicitly reference that version');
  });
});

it('a random password follows the rules that are given', async () => {
  const { RandomPassword = '' } = await client.send(
    new GetRandomPasswordCommand({ PasswordLength: 20, ExcludePunctuation: true }),
  );
  expect(RandomPassword).toMatch(/^[A-Za-z0-9]{20}$/);
});
