import type { DescribeBrokerResponse } from '@aws-sdk/client-mq';
import { describe, expect, it } from '@jest/globals';
import { compareBroker } from '../../../../lib/platform/operations/broker-health/replacement.ts';
import { synthesized } from '../../stacks/synthesized.ts';
import { variants } from '../../stacks/variants.ts';

const planned = {
  BrokerName: 'b',
  EngineType: 'RABBITMQ',
  EngineVersion: '4.3',
  HostInstanceType: 'mq.m7g.large',
  DeploymentMode: 'SINGLE_INSTANCE',
  PubliclyAccessible: false,
  EncryptionOptions: { UseAwsOwnedKey: true },
  SubnetIds: ['subnet-1'],
  Users: [{ Username: 'admin' }],
};
const deployed: DescribeBrokerResponse = {
  BrokerName: 'b',
  EngineType: 'RABBITMQ',
  EngineVersion: '4.2.10',
  HostInstanceType: 'mq.m7g.medium',
  DeploymentMode: 'SINGLE_INSTANCE',
  PubliclyAccessible: false,
  StorageType: 'EBS',
  AuthenticationStrategy: 'SIMPLE',
  EncryptionOptions: { UseAwsOwnedKey: true },
  SubnetIds: ['subnet-1'],
};
const key = 'arn:aws:kms:eu-west-1:111111111111:key/1';

describe('a deployment', () => {
  it('keeps the broker when version, size, users and configuration change', () => {
    expect(compareBroker(deployed, planned)).toEqual({ replacing: [], unknown: [] });
  });

  it.each<[string, Record<string, unknown>, DescribeBrokerResponse, object]>([
    ['another name', { BrokerName: 'c' }, {}, { property: 'BrokerName', deployed: 'b', planned: 'c' }],
    [
      'a cluster in place of a single instance',
      { DeploymentMode: 'CLUSTER_MULTI_AZ' },
      {},
      { property: 'DeploymentMode', deployed: 'SINGLE_INSTANCE', planned: 'CLUSTER_MULTI_AZ' },
    ],
    [
      'a broker that becomes public',
      { PubliclyAccessible: true },
      {},
      { property: 'PubliclyAccessible', deployed: 'false', planned: 'true' },
    ],
    [
      'another key',
      { EncryptionOptions: { UseAwsOwnedKey: false, KmsKeyId: `${key}2` } },
      { EncryptionOptions: { UseAwsOwnedKey: false, KmsKeyId: key } },
      { property: 'EncryptionOptions.KmsKeyId', deployed: key, planned: `${key}2` },
    ],
    [
      'another subnet',
      { SubnetIds: ['subnet-2'] },
      {},
      { property: 'SubnetIds', deployed: 'subnet-1', planned: 'subnet-2' },
    ],
    [
      'one more subnet, though only CloudFormation knows which',
      { SubnetIds: [{ Ref: 'A' }, { Ref: 'B' }] },
      {},
      { property: 'SubnetIds', deployed: '1 subnets', planned: '2 subnets' },
    ],
  ])('replaces it for %s', (_, change, now, expected) => {
    expect(compareBroker({ ...deployed, ...now }, { ...planned, ...change }).replacing).toEqual([expected]);
  });

  it("replaces it for a key of one's own where there was none, even if only CloudFormation knows the key", () => {
    const { replacing, unknown } = compareBroker(deployed, {
      ...planned,
      EncryptionOptions: { UseAwsOwnedKey: false, KmsKeyId: { 'Fn::GetAtt': ['Key', 'Arn'] } },
    });
    expect(replacing).toEqual([{ property: 'EncryptionOptions.UseAwsOwnedKey', deployed: 'true', planned: 'false' }]);
    expect(unknown).toEqual(['EncryptionOptions.KmsKeyId']);
  });

  it('does not mind the order of subnets', () => {
    const three = ['subnet-1', 'subnet-2', 'subnet-3'];
    expect(
      compareBroker({ ...deployed, SubnetIds: three.toReversed() }, { ...planned, SubnetIds: three }).replacing,
    ).toEqual([]);
  });
});

it('understands the template that is really deployed', () => {
  const { ofType } = synthesized('prod', variants['prod in an existing network']);
  const [broker] = ofType('AWS::AmazonMQ::Broker');
  const { BrokerName, DeploymentMode, SubnetIds } = broker?.properties ?? {};
  const same = {
    ...deployed,
    BrokerName,
    DeploymentMode,
    SubnetIds,
    EncryptionOptions: { UseAwsOwnedKey: false, KmsKeyId: key },
  } as DescribeBrokerResponse;
  expect(compareBroker(same, broker?.properties ?? {})).toEqual({
    replacing: [],
    unknown: ['EncryptionOptions.KmsKeyId'],
  });
});
