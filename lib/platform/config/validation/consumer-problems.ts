import { canaryProblems } from '../canary.ts';
import { circuitBreakerProblems } from '../circuit-breaker-settings.ts';
import type { ConsumerSettings } from '../environment.ts';
import { type Problem, wholeNumber } from '../limits.ts';
import { filterProblems } from './filter-problems.ts';

/** A function behind a RabbitMQ mapping may take 14 minutes, not Lambda's 15 (AWS: "Using Lambda with Amazon MQ"). */
export const maximumTimeoutSeconds = 840;

/** What is wrong with a consumer's settings; `path` leads to them, e.g. `consumers.fulfil-order`. */
export const consumerProblems = (path: string, settings: ConsumerSettings): readonly Problem[] => [
  ...wholeNumber(`${path}.timeoutSeconds`, settings.timeoutSeconds, {
    least: 1,
    most: maximumTimeoutSeconds,
    limit: 'Lambda gives a function behind a RabbitMQ mapping',
  }),
  ...wholeNumber(`${path}.memoryMegabytes`, settings.memoryMegabytes, {
    least: 128,
    most: 10_240,
    limit: 'Lambda takes',
  }),
  ...wholeNumber(`${path}.batchSize`, settings.batchSize, { least: 1, most: 10_000, limit: 'Lambda takes' }),
  ...(settings.maximumBatchingWindowSeconds === undefined
    ? []
    : wholeNumber(`${path}.maximumBatchingWindowSeconds`, settings.maximumBatchingWindowSeconds, {
        least: 0,
        most: 300,
        limit: 'Lambda takes',
      })),
  ...(settings.circuitBreaker === undefined
    ? []
    : circuitBreakerProblems(`${path}.circuitBreaker`, settings.circuitBreaker)),
  ...(settings.canaryMinutes === undefined ? [] : canaryProblems(`${path}.canaryMinutes`, settings.canaryMinutes)),
  ...(settings.filter === undefined ? [] : filterProblems(`${path}.filter`, settings.filter)),
];
