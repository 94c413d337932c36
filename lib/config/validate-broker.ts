import { type BrokerSettings, type Environment, engineVersions } from './environment.ts';
import { matching, oneOf, type Problem, wholeNumber } from './limits.ts';

const days = ['MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY', 'SUNDAY'];

/** Hard limit of Amazon MQ for `max_message_size`, in bytes. */
const largestMessage = 134_217_728;

/** What is wrong with the broker, alone and together with what the rest of the environment expects of it. */
export const brokerProblems = (environment: Environment): readonly Problem[] => [
  ...combinationProblems(environment),
  ...maintenanceProblems(environment.broker),
  ...configurationProblems(environment),
];

const combinationProblems = ({ broker, production }: Environment): readonly Problem[] => {
  const problems = [
    ...oneOf('broker.engineVersion', broker.engineVersion, engineVersions, 'Amazon MQ sells'),
    ...oneOf(
      'broker.deploymentMode',
      broker.deploymentMode,
      ['SINGLE_INSTANCE', 'CLUSTER_MULTI_AZ'],
      'RabbitMQ brokers are',
    ),
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

const configurationProblems = ({ broker, consumer, consumers }: Environment): readonly Problem[] => {
  const { consumerTimeoutMilliseconds, heartbeatSeconds, maxMessageSizeBytes } = broker.configuration;
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
  if (maxMessageSizeBytes !== undefined) {
    const property = 'broker.configuration.maxMessageSizeBytes';
    problems.push(
      ...(broker.engineVersion === '3.13'
        ? [
            `${property} is ${maxMessageSizeBytes}; Amazon MQ takes it from RabbitMQ 4.2 on, broker.engineVersion is 3.13`,
          ]
        : wholeNumber(property, maxMessageSizeBytes, { least: 1, most: largestMessage, limit: 'Amazon MQ takes' })),
    );
  }
  return problems;
};
