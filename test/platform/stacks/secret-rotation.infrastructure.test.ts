import { expect, test } from '@jest/globals';
import { type Resource, synthesized } from './synthesized.ts';

const dev = synthesized('dev', { secretRotationDays: 7 });
const secrets = dev.ofType('AWS::SecretsManager::Secret');
const schedules = dev.ofType('AWS::SecretsManager::RotationSchedule');
const usernameOf = ({ properties }: Resource): string =>
  JSON.parse((properties.GenerateSecretString as { SecretStringTemplate: string }).SecretStringTemplate).username;
const policies = JSON.stringify(
  dev.ofType('AWS::IAM::Policy').filter(({ logicalId }) => logicalId.startsWith('Rotation')),
);

test("every user's password rotates, the administrator's does not, and no deployment changes one", () => {
  const rotating = schedules.map(({ properties }) => (properties.SecretId as { Ref: string }).Ref);
  expect(secrets.filter(({ logicalId }) => !rotating.includes(logicalId)).map(usernameOf)).toEqual(['admin']);
  for (const { properties } of schedules)
    expect(properties).toMatchObject({
      RotationRules: { AutomaticallyAfterDays: 7 },
      RotateImmediatelyOnUpdate: false,
    });
});

test('a rotation is set up when the users, the permissions of its function and the right to call it are there', () => {
  for (const { dependsOn } of schedules)
    expect(dependsOn).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^Topology[0-9A-F]{8}$/),
        expect.stringMatching(/^RotationHandlerRoleDefaultPolicy/),
        expect.stringMatching(/^RotationPermission/),
      ]),
    );
});

test('Secrets Manager of this account may call the function, nobody else', () => {
  const [permission, ...others] = dev
    .ofType('AWS::Lambda::Permission')
    .filter(({ logicalId }) => logicalId.startsWith('Rotation'));
  expect(others).toEqual([]);
  expect(permission?.properties).toMatchObject({
    Action: 'lambda:InvokeFunction',
    Principal: 'secretsmanager.amazonaws.com',
    SourceAccount: { Ref: 'AWS::AccountId' },
  });
});

test('its function may rotate these secrets and update these mappings, and nothing else', () => {
  const actions = [...policies.matchAll(/"((?:secretsmanager|lambda|dynamodb|mq|kms):\w+)"/g)].map(
    ([, action]) => action,
  );
  expect([...new Set(actions)].sort()).toEqual([
    'lambda:ListEventSourceMappings',
    'lambda:UpdateEventSourceMapping',
    'secretsmanager:DescribeSecret',
    'secretsmanager:GetSecretValue',
    'secretsmanager:PutSecretValue',
    'secretsmanager:UpdateSecretVersionStage',
  ]);
  expect(policies).not.toContain('event-source-mapping:*');
  expect(policies).not.toContain('secret:*');
});
