import type { Environment } from '../environment.ts';
import { matching, oneOf, type Problem, wholeNumber } from '../limits.ts';
import { maximumDelaySeconds } from '../message-limits.ts';
import { monitoringProblems } from '../monitoring-settings.ts';
import { OperatorError } from '../operator-error.ts';
import type { RetrySettings } from '../retry-settings.ts';
import { brokerProblems } from './broker-problems.ts';
import { consumerProblems } from './consumer-problems.ts';
import { httpApiProblems } from './http-api-problems.ts';
import { networkProblems } from './network-problems.ts';

/** Retention periods that CloudWatch Logs offers, in days. */
const retentionPeriods = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

/** Values of an environment are out of their limits. Nothing is synthesized. */
export class InvalidConfigurationError extends OperatorError {
  override readonly name = 'InvalidConfigurationError';
  readonly problems: readonly Problem[];

  constructor(environment: string, problems: readonly Problem[]) {
    super(`environment ${environment} (lib/environments.ts): ${problems.join(' · ')}`);
    this.problems = problems;
  }
}

/**
 * Checks every value of an environment against the limits of Lambda, Amazon MQ and this project.
 * @throws InvalidConfigurationError with every problem, not only the first
 */
export const validateEnvironment = (environment: Environment): void => {
  const problems = [
    ...nameProblems(environment),
    ...networkProblems(environment),
    ...brokerProblems(environment),
    ...consumerProblems('consumer', environment.consumer),
    ...Object.entries(environment.consumers).flatMap(([name, settings]) =>
      consumerProblems(`consumers.${name}`, { ...environment.consumer, ...settings }),
    ),
    ...retryProblems('retry', environment.retry),
    ...httpApiProblems(environment.httpApi),
    ...(environment.outbox?.maximumConcurrency === undefined
      ? []
      : wholeNumber('outbox.maximumConcurrency', environment.outbox.maximumConcurrency, {
          least: 2,
          most: 100_000,
          limit: 'one relay is for the schedule, the others for shards of the stream; take',
        })),
    ...monitoringProblems(environment.monitoring),
    ...wholeNumber('secretRotationDays', environment.secretRotationDays, {
      least: 1,
      most: 1000,
      limit: 'Secrets Manager takes',
    }),
    ...oneOf('logRetentionDays', environment.logRetentionDays, retentionPeriods, 'CloudWatch offers'),
  ];
  if (problems.length > 0) {
    throw new InvalidConfigurationError(environment.name, problems);
  }
};

const nameProblems = ({ name, vhost }: Environment): readonly Problem[] => [
  ...matching('name', name, /^[a-zA-Z][a-zA-Z0-9-]{0,29}$/, 'stack names take up to 30 letters, digits and hyphens'),
  ...matching(
    'vhost',
    vhost,
    /^[a-zA-Z0-9\-/*:_+=.@]{1,200}$/,
    'a mapping takes 1 to 200 letters, digits and - / * : _ + = . @',
  ),
];

/** What is wrong with a retry schedule. */
export const retryProblems = (path: string, retry: RetrySettings): readonly Problem[] => {
  const problems = [
    ...wholeNumber(`${path}.maxAttempts`, retry.maxAttempts, { least: 1, most: 100, limit: 'a schedule has' }),
    ...wholeNumber(`${path}.baseDelaySeconds`, retry.baseDelaySeconds, {
      least: 1,
      most: maximumDelaySeconds,
      limit: 'the delay infrastructure takes',
    }),
    ...wholeNumber(`${path}.maxDelaySeconds`, retry.maxDelaySeconds, {
      least: 1,
      most: maximumDelaySeconds,
      limit: 'the delay infrastructure takes',
    }),
  ];
  if (retry.maxDelaySeconds < retry.baseDelaySeconds) {
    problems.push(
      `${path}.maxDelaySeconds is ${retry.maxDelaySeconds}; it must be at least baseDelaySeconds, ${retry.baseDelaySeconds}`,
    );
  }
  return problems;
};
