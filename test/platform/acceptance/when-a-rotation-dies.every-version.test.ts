import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type AwsEndpoint, startAwsEndpoint } from '../../../lib/platform/local/endpoints/aws-endpoint.ts';
import { Principals } from '../../../lib/platform/local/endpoints/principals.ts';
import { SecretRotations } from '../../../lib/platform/local/endpoints/secret-rotation.ts';
import { SecretStore } from '../../../lib/platform/local/endpoints/secret-store.ts';
import type { StoredSecret } from '../../../lib/platform/local/endpoints/stored-secret.ts';
import { AwsSecretVersions } from '../../../lib/platform/operations/rotation/aws-secret-versions.ts';
import { BrokerUsers } from '../../../lib/platform/operations/rotation/broker-users.ts';
import { type RotationServices, rotate } from '../../../lib/platform/operations/rotation/rotate.ts';
import { type RotationStep, rotationSteps } from '../../../lib/platform/operations/rotation/rotation-request.ts';
import { applyTopology } from '../../../lib/platform/operations/topology/apply.ts';
import { summary } from '../../../lib/platform/operations/topology/apply-report.ts';
import { parseSecret } from '../../../lib/platform/runtime/amqp/broker-credentials.ts';
import { connectionSettingsFromUrl } from '../../../lib/platform/runtime/amqp/connection-settings.ts';
import { alternateUser } from '../../../lib/platform/topology/alternate-users.ts';
import { type AppliedTopology, applied } from '../support/applied-topology.ts';
import { sharedBroker } from '../support/test-broker.ts';

let topology: AppliedTopology;
let endpoint: AwsEndpoint;
let client: SecretsManagerClient;
let secret: StoredSecret;
let users: BrokerUsers;
let shop: string;
let refreshed = 0;
const secrets = new SecretStore();

beforeAll(async () => {
  const broker = await sharedBroker();
  topology = await applied(broker, {
    exchanges: { events: { type: 'topic' } },
    consumers: {},
    publishers: { shop: { publishes: [{ exchange: 'events', routingKeys: ['order.*'] }] } },
  });
  const principals = new Principals();
  const rotations = new SecretRotations(() => undefined);
  endpoint = await startAwsEndpoint({ secrets, rotations, principals, mappings: () => new Map() }, () => undefined);
  client = new SecretsManagerClient({
    endpoint: endpoint.url,
    region: 'us-east-1',
    credentials: principals.operator,
    maxAttempts: 1,
  });
  shop = `${topology.userPrefix}shop`;
  secret = secrets.create('shop', JSON.stringify({ username: shop, password: topology.passwords[shop] }));
  secret.rotation = { functionArn: 'arn:rotation', invoke: () => Promise.resolve() };
  const { credentials: _, ...connection } = connectionSettingsFromUrl(
    `amqps://user:password@localhost:${broker.amqpsPort}/${topology.vhost}`,
    { ca: readFileSync(broker.caFile) },
  );
  users = new BrokerUsers({ client: topology.client, connection, retry: { deadline: Date.now() + 60_000 } });
}, 180_000);
afterAll(() => {
  client.destroy();
  endpoint.stop();
});

/** The process is gone; nothing that would come after it happens. */
class Died extends Error {}

/** Real secrets, real broker; the call with this number dies, before or after its effect. Counts from 0. */
function dyingAt(
  call: number,
  when: 'before' | 'after' | 'never',
): RotationServices & { readonly calls: () => number } {
  let calls = 0;
  const guard = async <T>(effect: () => Promise<T>): Promise<T> => {
    const dies = calls === call;
    calls += 1;
    if (dies && when === 'before') throw new Died();
    const result = await effect();
    if (dies && when === 'after') throw new Died();
    return result;
  };
  const versions = new AwsSecretVersions(client);
  return {
    calls: () => calls,
    versions: {
      describe: (id) => guard(() => versions.describe(id)),
      read: (id, stage, version) => guard(() => versions.read(id, stage, version)),
      create: (id, version, value) => guard(() => versions.create(id, version, value)),
      promote: (id, version, instead) => guard(() => versions.promote(id, version, instead)),
    },
    users: {
      setPassword: (credentials) => guard(() => users.setPassword(credentials)),
      checkAlternates: (user) => guard(() => users.checkAlternates(user)),
      logIn: (credentials) => guard(() => users.logIn(credentials)),
    },
    refreshMappings: () =>
      guard(async () => {
        refreshed += 1;
      }),
  };
}

const loginOf = (stage: string) => parseSecret(secret.version({ stage })?.value, secret.arn);
const step = (name: RotationStep, token: string, services: RotationServices) =>
  rotate({ step: name, secretId: secret.arn, token }, services);

/** The four steps; `false` if one of them died. */
async function attempt(token: string, services: RotationServices): Promise<boolean> {
  for (const name of rotationSteps) {
    try {
      await step(name, token, services);
    } catch (error) {
      if (error instanceof Died) return false;
      throw error;
    }
  }
  return true;
}

async function rotateDyingAt(call: number, when: 'before' | 'after' | 'never'): Promise<number> {
  const before = loginOf('AWSCURRENT');
  const token = randomUUID();
  secret.put(token, undefined, ['AWSPENDING']);
  const services = dyingAt(call, when);
  const complete = await attempt(token, services);
  expect(complete).toBe(when === 'never');
  // Whatever is current logs in, and so does who read the secret before.
  await users.logIn(loginOf('AWSCURRENT'));
  await users.logIn(before);
  const refreshedBefore = refreshed;
  if (!complete) expect(await attempt(token, dyingAt(0, 'never'))).toBe(true);
  expect(loginOf('AWSCURRENT').username).toBe(alternateUser(before.username));
  expect(loginOf('AWSPREVIOUS')).toEqual(before);
  expect(secret.version({ id: token })?.stages).toContain('AWSCURRENT');
  if (!complete) expect(refreshed).toBeGreaterThan(refreshedBefore);
  return services.calls();
}

describe('when a rotation dies', () => {
  it('before or after any of its requests, the current login works, and repeated it ends right', async () => {
    const calls = await rotateDyingAt(0, 'never');
    expect(calls).toBeGreaterThan(10);
    for (let call = 0; call < calls; call += 1)
      for (const when of ['before', 'after'] as const) await rotateDyingAt(call, when);
  }, 120_000);

  it('the topology neither takes back what it has set, nor is the user in use touched', async () => {
    const { client: management, topology: desired } = topology;
    const apply = async () => {
      const current = loginOf('AWSCURRENT');
      const passwords = { [current.username]: current.password };
      return summary(await applyTopology({ client: management, topology: desired, passwords, prune: true }));
    };
    const token = randomUUID();
    secret.put(token, undefined, ['AWSPENDING']);
    for (const name of rotationSteps) {
      expect(await apply()).toMatch(/^\d+ unchanged$/);
      await step(name, token, dyingAt(0, 'never'));
    }
    expect(await apply()).toMatch(/^\d+ unchanged$/);
    await users.logIn(loginOf('AWSCURRENT'));
    await users.logIn(loginOf('AWSPREVIOUS'));
  }, 180_000);

  it('nothing changes for a user that the topology did not make, or whose alternate may do something else', async () => {
    const { client: management, topology: desired } = topology;
    const other = alternateUser(loginOf('AWSCURRENT').username);
    const begin = async () => {
      const token = randomUUID();
      secret.put(token, undefined, ['AWSPENDING']);
      await step('createSecret', token, dyingAt(0, 'never'));
      return token;
    };
    await management.put(['permissions', topology.vhost, other], { configure: '', write: '', read: '' });
    const token = await begin();
    await step('setSecret', token, dyingAt(0, 'never'));
    for (const name of ['testSecret', 'finishSecret'] as const)
      await expect(step(name, token, dyingAt(0, 'never'))).rejects.toThrow(
        'do not have the same permissions: apply the topology, then rotate',
      );
    await management.delete(['users', other]);
    await expect(step('setSecret', await begin(), dyingAt(0, 'never'))).rejects.toThrow(
      `the broker has no user ${other} of this topology`,
    );
    await management.put(['users', other], { password: 'of-somebody-else', tags: '' });
    await expect(step('setSecret', await begin(), dyingAt(0, 'never'))).rejects.toThrow(
      `the broker has no user ${other} of this topology`,
    );
    await management.delete(['users', other]);
    const { username, password } = loginOf('AWSCURRENT');
    await applyTopology({ client: management, topology: desired, passwords: { [username]: password } });
    const last = await begin();
    for (const name of rotationSteps) await step(name, last, dyingAt(0, 'never'));
    await users.logIn(loginOf('AWSCURRENT'));
  }, 180_000);
});
