import { describe, expect, it } from '@jest/globals';
import type { ConsumerSettings, Environment } from '../../../../lib/platform/config/environment.ts';
import type { ExistingNetworkSettings } from '../../../../lib/platform/config/network-settings.ts';
import {
  InvalidConfigurationError,
  validateEnvironment,
} from '../../../../lib/platform/config/validation/validate-environment.ts';
import { environments } from '../../application/environments.ts';

const named = (name: string): Environment => {
  const found = environments.find((environment) => environment.name === name);
  if (found === undefined) throw new Error(`no environment ${name}`);
  return found;
};
const dev = named('dev');
const prod = named('prod');

const problemsOf = (environment: Environment): readonly string[] => {
  try {
    validateEnvironment(environment);
    return [];
  } catch (error) {
    if (error instanceof InvalidConfigurationError) return error.problems;
    throw error;
  }
};
const consumer = (settings: Partial<ConsumerSettings>): Environment => ({
  ...dev,
  consumer: { ...dev.consumer, ...settings },
});
const broker = (settings: Partial<Environment['broker']>, base = dev): Environment => ({
  ...base,
  broker: { ...base.broker, ...settings },
});

const endpoints = { availabilityZones: 2, awsAccess: { by: 'endpoints' }, flowLogs: false } as const;
const subnet = 'subnet-0a1b2c3d4e5f60718';
const existing = (change: Partial<ExistingNetworkSettings['existing']>): ExistingNetworkSettings => ({
  existing: { vpcId: 'vpc-0a1b2c3d', availabilityZones: ['eu-west-1a'], privateSubnetIds: [subnet], ...change },
});
const zones3: Environment = { ...dev, network: { ...endpoints, availabilityZones: 3 } };

describe('an environment within all limits', () => {
  it.each(environments.map((environment) => [environment.name, environment] as const))(
    'has no problems: %s',
    (_, environment) => {
      expect(problemsOf(environment)).toEqual([]);
    },
  );
});

describe('a value out of its limits is named with its value and the limit', () => {
  it.each<[string, Environment, string]>([
    ['batch size', consumer({ batchSize: 20_000 }), 'consumer.batchSize is 20000; Lambda takes at most 10000'],
    ['empty batch', consumer({ batchSize: 0 }), 'consumer.batchSize is 0; Lambda takes at least 1'],
    ['half a message', consumer({ batchSize: 1.5 }), 'consumer.batchSize is 1.5; it must be a whole number'],
    [
      'timeout beyond what a RabbitMQ mapping allows',
      consumer({ timeoutSeconds: 900 }),
      'consumer.timeoutSeconds is 900; Lambda gives a function behind a RabbitMQ mapping at most 840',
    ],
    [
      'batching window',
      consumer({ maximumBatchingWindowSeconds: 301 }),
      'consumer.maximumBatchingWindowSeconds is 301; Lambda takes at most 300',
    ],
    ['memory', consumer({ memoryMegabytes: 64 }), 'consumer.memoryMegabytes is 64; Lambda takes at least 128'],
    [
      "a single consumer's setting",
      { ...dev, consumers: { 'audit-log': { batchSize: 10_001 } } },
      'consumers.audit-log.batchSize is 10001; Lambda takes at most 10000',
    ],
    [
      'RabbitMQ 4 on an older family',
      broker({ instanceType: 'mq.m5.large' }),
      'broker.instanceType is mq.m5.large; RabbitMQ 4.3 runs on mq.m7g.* only',
    ],
    [
      'instance family that is no longer sold',
      broker({ engineVersion: '3.13', instanceType: 'mq.t3.micro' }),
      'broker.instanceType is "mq.t3.micro"; new RabbitMQ brokers run on mq.m5.* and mq.m7g.*',
    ],
    [
      'production cluster of evaluation size',
      broker({ instanceType: 'mq.m7g.medium' }, prod),
      'broker.instanceType is mq.m7g.medium in a production cluster; Amazon MQ offers that size for evaluation, take mq.m7g.large or larger',
    ],
    [
      'broker that takes messages back too early',
      broker({ configuration: { consumerTimeoutMilliseconds: 60_000 } }),
      'broker.configuration.consumerTimeoutMilliseconds is 60000; it must exceed the longest function timeout, 60000 ms, or the broker takes back messages that a function still works on',
    ],
    [
      'heartbeat',
      broker({ configuration: { heartbeatSeconds: 30 } }),
      'broker.configuration.heartbeatSeconds is 30; Amazon MQ takes at least 60',
    ],
    [
      'message size on RabbitMQ 3',
      broker({ engineVersion: '3.13', configuration: { maxMessageSizeBytes: 1024 } }),
      'broker.configuration.maxMessageSizeBytes is 1024; Amazon MQ takes it from RabbitMQ 4.2 on, broker.engineVersion is 3.13',
    ],
    [
      'maintenance window',
      broker({ maintenanceWindow: { dayOfWeek: 'SUNDAY', timeOfDay: '3 am', timeZone: 'UTC' } }),
      'broker.maintenanceWindow.timeOfDay is "3 am"; Amazon MQ takes HH:MM in 24 hours',
    ],
    [
      'cluster in two zones',
      { ...prod, network: { availabilityZones: 2, awsAccess: { by: 'nat', gateways: 2 }, flowLogs: true } },
      'network.availabilityZones is 2; the three nodes of a cluster take 3',
    ],
    [
      'cluster in two zones of an existing network',
      { ...prod, network: existing({ availabilityZones: ['a', 'b'], privateSubnetIds: [subnet, subnet] }) },
      'network.existing.availabilityZones has 2; the three nodes of a cluster take 3',
    ],
    [
      'subnets that do not go with the zones',
      { ...dev, network: existing({ availabilityZones: ['a', 'b'] }) },
      'network.existing has 1 privateSubnetIds for 2 availabilityZones; a zone has one',
    ],
    [
      'name of a VPC in place of its id',
      { ...dev, network: existing({ vpcId: 'shared' }) },
      'network.existing.vpcId is "shared"; it is the id of a VPC, vpc-…',
    ],
    [
      'endpoint that is not known',
      { ...dev, network: { ...endpoints, awsAccess: { by: 'endpoints', additional: ['sqs' as 'sns'] } } },
      'network.awsAccess.additional is sqs; beside the ones that are always there, logs, monitoring, kms, sns, events, execute-api, ec2, ecr.api, ecr.dkr',
    ],
    [
      'alias in place of a key',
      broker({ encryptionKey: { arn: 'arn:aws:kms:eu-west-1:111111111111:alias/broker' } }),
      'broker.encryptionKey.arn is "arn:aws:kms:eu-west-1:111111111111:alias/broker"; Amazon MQ takes the ARN of a symmetric KMS key, not of an alias',
    ],
    [
      'relay for the schedule alone',
      { ...dev, outbox: { maximumConcurrency: 1 } },
      'outbox.maximumConcurrency is 1; one relay is for the schedule, the others for shards of the stream; take at least 2',
    ],
    [
      'size that is not sold',
      broker({ instanceType: 'mq.m7g.small' }),
      'broker.instanceType is mq.m7g.small; Amazon MQ sells mq.m7g.medium, mq.m7g.large, mq.m7g.xlarge, mq.m7g.2xlarge, mq.m7g.4xlarge, mq.m7g.8xlarge, mq.m7g.12xlarge, mq.m7g.16xlarge',
    ],
    [
      'more connections than the instance type takes',
      broker({ configuration: { maxConnectionsPerNode: 301 } }),
      'broker.configuration.maxConnectionsPerNode is 301; Amazon MQ takes for mq.m7g.medium at most 300',
    ],
    [
      'more queues than a cluster of that size takes',
      broker({ configuration: { maxQueues: 501 }, deploymentMode: 'CLUSTER_MULTI_AZ' }, zones3),
      'broker.configuration.maxQueues is 501; Amazon MQ takes for mq.m7g.medium at most 500',
    ],
    [
      'message that Lambda would drop',
      broker({ configuration: { maxMessageSizeBytes: 5_000_000 } }),
      'broker.configuration.maxMessageSizeBytes is 5000000; Lambda invokes with 6 MiB, in which a body of 4521984 bytes fits at most, and drops what is larger',
    ],
    [
      'no way out of the VPC',
      { ...dev, network: { ...endpoints, awsAccess: { by: 'nat', gateways: 0 } } },
      'network.awsAccess.gateways is 0; functions and mappings reach AWS through them, one per zone: at least 1',
    ],
    [
      'delay beyond the infrastructure',
      { ...dev, retry: { ...dev.retry, maxDelaySeconds: 65_536 } },
      'retry.maxDelaySeconds is 65536; the delay infrastructure takes at most 65535',
    ],
    [
      'cap below the first delay',
      { ...dev, retry: { ...dev.retry, baseDelaySeconds: 60, maxDelaySeconds: 30 } },
      'retry.maxDelaySeconds is 30; it must be at least baseDelaySeconds, 60',
    ],
    [
      'vhost that a mapping cannot name',
      { ...dev, vhost: 'orders & events' },
      'vhost is "orders & events"; a mapping takes 1 to 200 letters, digits and - / * : _ + = . @',
    ],
  ])('%s', (_, environment, problem) => {
    expect(problemsOf(environment)).toEqual([problem]);
  });

  it('names every problem at once, not the first only', () => {
    const environment = { ...consumer({ batchSize: 0, timeoutSeconds: 0 }), logRetentionDays: 2 };
    expect(problemsOf(environment)).toHaveLength(3);
    expect(() => validateEnvironment(environment)).toThrow(/environment dev .*batchSize is 0.*logRetentionDays is 2/s);
  });
});

describe('limits themselves are allowed', () => {
  it.each<[string, Environment]>([
    ['14 minutes', consumer({ timeoutSeconds: 840 })],
    ['batch of 10,000', consumer({ batchSize: 10_000, maximumBatchingWindowSeconds: 300 })],
    ['consumer timeout switched off', broker({ configuration: { consumerTimeoutMilliseconds: 0 } })],
    ['RabbitMQ 3.13 on m5', broker({ engineVersion: '3.13', instanceType: 'mq.m5.large' })],
    ['no NAT gateway where there are endpoints', { ...dev, network: endpoints }],
    ['a network that exists', { ...dev, network: existing({ endpointSecurityGroupId: 'sg-0a1b2c3d' }) }],
    ["Amazon MQ's maximum of connections", broker({ configuration: { maxConnectionsPerNode: 300 } })],
    ['default vhost', { ...dev, vhost: '/' }],
  ])('%s', (_, environment) => {
    expect(problemsOf(environment)).toEqual([]);
  });
});
