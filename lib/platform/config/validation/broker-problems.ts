import { instanceLimits } from '../broker-limits.ts';
import { type BrokerSettings, deploymentModes, type EncryptionKey, engineVersions } from '../broker-settings.ts';
import type { Environment } from '../environment.ts';
import { matching, oneOf, type Problem, wholeNumber } from '../limits.ts';
import { largestDeliverableMessage, largestMessage } from '../message-limits.ts';

const days = ['MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY', 'SUNDAY'];

/** What is wrong with the broker, alone and together with what the rest of the environment expects of it. */
export const brokerProblems = (environment: Environment): readonly Problem[] => [
  ...combinationProblems(environment),
  ...maintenanceProblems(environment.broker),
  ...keyProblems(environment.broker.encryptionKey),
  ...timingProblems(environment),
  ...resourceProblems(environment.broker),
];

const combinationProblems = ({ broker, production }: Environment): readonly Problem[] => {
  const problems = [
    ...oneOf('broker.engineVersion', broker.engineVersion, engineVersions, 'Amazon MQ sells'),
    ...oneOf('broker.deploymentMode', broker.deploymentMode, deploymentModes, 'RabbitMQ brokers are'),
    ...matching(
      'broker.instanceType',
      broker.instanceType,
      /^mq\.(m5|m7g)\.[a-z0-9]+$/,
      'new RabbitMQ brokers run on mq.m5.* and mq.m7g.*',
    ),
  ];
  if (broker.engineVersion !== '3.13' && !broker.instanceType.startsWith('mq.m7g.')) {
    problems.push(
      `broker.instanceType is ${broker.instanceType}; RabbitMQ ${broker.engineVersion} runs on mq.m7g.* only`,
    );
  }
  if (production && broker.deploymentMode === 'CLUSTER_MULTI_AZ' && broker.instanceType === 'mq.m7g.medium') {
    problems.push(
      'broker.instanceType is mq.m7g.medium in a production cluster; Amazon MQ offers that size for evaluation, take mq.m7g.large or larger',
    );
  }
  if (broker.instanceType.startsWith('mq.m7g.') && instanceLimits[broker.instanceType] === undefined) {
    problems.push(
      `broker.instanceType is ${broker.instanceType}; Amazon MQ sells ${Object.keys(instanceLimits).join(', ')}`,
    );
  }
  return problems;
};

const maintenanceProblems = ({ maintenanceWindow }: BrokerSettings): readonly Problem[] => [
  ...oneOf('broker.maintenanceWindow.dayOfWeek', maintenanceWindow.dayOfWeek, days, 'Amazon MQ takes'),
  ...matching(
    'broker.maintenanceWindow.timeOfDay',
    maintenanceWindow.timeOfDay,
    /^([01]\d|2[0-3]):[0-5]\d$/,
    'Amazon MQ takes HH:MM in 24 hours',
  ),
];

const keyProblems = (key: EncryptionKey | undefined): readonly Problem[] =>
  key === undefined || key === 'create'
    ? []
    : matching(
        'broker.encryptionKey.arn',
        key.arn,
        /^arn:[a-z-]+:kms:[a-z0-9-]+:\d{12}:key\/[A-Za-z0-9-]+$/,
        'Amazon MQ takes the ARN of a symmetric KMS key, not of an alias',
      );

const timingProblems = ({ broker, consumer, consumers }: Environment): readonly Problem[] => {
  const { consumerTimeoutMilliseconds, heartbeatSeconds } = broker.configuration;
  const problems: Problem[] = [];
  if (consumerTimeoutMilliseconds !== undefined) {
    const property = 'broker.configuration.consumerTimeoutMilliseconds';
    problems.push(
      ...wholeNumber(property, consumerTimeoutMilliseconds, {
        least: 0,
        most: 2_147_483_647,
        limit: 'Amazon MQ takes',
      }),
    );
    const longest = Math.max(
      ...[consumer, ...Object.values(consumers)].map(({ timeoutSeconds = 0 }) => timeoutSeconds),
    );
    if (consumerTimeoutMilliseconds !== 0 && consumerTimeoutMilliseconds <= longest * 1000) {
      problems.push(
        `${property} is ${consumerTimeoutMilliseconds}; it must exceed the longest function timeout, ${longest * 1000} ms, or the broker takes back messages that a function still works on`,
      );
    }
  }
  if (heartbeatSeconds !== undefined) {
    const limits = { least: 60, most: 3600, limit: 'Amazon MQ takes' };
    problems.push(...wholeNumber('broker.configuration.heartbeatSeconds', heartbeatSeconds, limits));
  }
  return problems;
};

/** Limits that RabbitMQ 4 on Amazon MQ lets its owner choose, up to a maximum for the instance type. */
const resourceProblems = (broker: BrokerSettings): readonly Problem[] => {
  const { configuration, instanceType, deploymentMode, engineVersion } = broker;
  const maximum = instanceLimits[instanceType]?.maximum[deploymentMode];
  const chosen = {
    maxMessageSizeBytes: largestMessage,
    maxConnectionsPerNode: maximum?.connections,
    maxChannelsPerNode: maximum?.channels,
    maxConsumersPerChannel: 1000,
    maxQueues: maximum?.queues,
    maxExchanges: maximum?.exchanges,
    maxVhosts: maximum?.vhosts,
  } as const;
  const problems = Object.entries(chosen).flatMap(([name, most = Number.MAX_SAFE_INTEGER]): readonly Problem[] => {
    const value = configuration[name as keyof typeof chosen];
    if (value === undefined) return [];
    const property = `broker.configuration.${name}`;
    return engineVersion === '3.13'
      ? [`${property} is ${value}; Amazon MQ takes it from RabbitMQ 4.2 on, broker.engineVersion is 3.13`]
      : wholeNumber(property, value, { least: 1, most, limit: `Amazon MQ takes for ${instanceType}` });
  });
  const size = configuration.maxMessageSizeBytes ?? 0;
  if (problems.length === 0 && size > largestDeliverableMessage) {
    return [
      `broker.configuration.maxMessageSizeBytes is ${size}; Lambda invokes with 6 MiB, in which a body of ${largestDeliverableMessage} bytes fits at most, and drops what is larger`,
    ];
  }
  return problems;
};
