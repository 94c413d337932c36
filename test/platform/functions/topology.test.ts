import { describe, expect, it } from '@jest/globals';
import { topologyOf } from '../../../lib/platform/declaration/topology-of.ts';
import { readProperties } from '../../../lib/platform/functions/topology/properties.ts';
import { userPasswords } from '../../../lib/platform/functions/topology/user-passwords.ts';
import { fixedCredentials } from '../../../lib/platform/runtime/amqp/broker-credentials.ts';
import { expandTopology } from '../../../lib/platform/topology/expand.ts';
import { app } from '../application/app.ts';

const declaration = topologyOf(app);

const topology = expandTopology(declaration, { vhost: 'events' });
const userSecretArns = Object.fromEntries(
  topology.users.flatMap(({ name, alternateOf }) => (alternateOf === undefined ? [[name, `arn:${name}`]] : [])),
);
const properties = {
  ServiceToken: 'arn:function',
  ManagementUrl: 'https://broker',
  AdminSecretArn: 'arn:admin',
  Topology: JSON.stringify(topology),
  UserSecretArns: userSecretArns,
};

describe('properties of the topology resource', () => {
  it('survive the way through CloudFormation unchanged, numbers and booleans too', () => {
    expect(readProperties(properties)).toEqual({
      managementUrl: 'https://broker',
      adminSecretArn: 'arn:admin',
      topology,
      userSecretArns,
    });
  });

  it.each([
    ['ManagementUrl', { ...properties, ManagementUrl: undefined }, /^property ManagementUrl is undefined/],
    ['Topology', { ...properties, Topology: '{' }, /^property Topology is not JSON/],
    ['a secret', { ...properties, UserSecretArns: { shop: 'arn:shop' } }, /has no secret for .*keep-thing\.mapping/],
  ])('are refused by name when wrong: %s', (_, wrong, message) => {
    expect(() => readProperties(wrong)).toThrow(message);
  });
});

describe('passwords of the users', () => {
  const secrets: Record<string, string> = { 'arn:a': 'a', 'arn:b': 'b' };
  const secret = (arn: string) => fixedCredentials({ username: secrets[arn] ?? '', password: `password of ${arn}` });

  it('come from their secrets', async () => {
    expect(await userPasswords({ a: 'arn:a', b: 'arn:b' }, secret)).toEqual({
      a: 'password of arn:a',
      b: 'password of arn:b',
    });
  });

  it('are those of the users whose turn it is', async () => {
    const rotated = () => fixedCredentials({ username: 'a.clone', password: 'new' });
    expect(await userPasswords({ a: 'arn:a' }, rotated)).toEqual({ 'a.clone': 'new' });
  });

  it("are never another user's", async () => {
    await expect(userPasswords({ a: 'arn:b' }, secret)).rejects.toThrow(
      'secret arn:b is of user b; user a was expected',
    );
  });
});
