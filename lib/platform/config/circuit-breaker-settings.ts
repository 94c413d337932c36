import { type Problem, wholeNumber } from './limits.ts';

/**
 * When a consumer is to be kept from its queue because nearly everything that it takes fails, and for how long. Messages wait in the queue meanwhile
 * instead of using up their attempts.
 */
export interface CircuitBreakerSettings {
  /** Opens at this share of failed messages, above 0 up to 1. A message failed if its last known attempt ended in a retry, or was the last one. */
  readonly failureRate: number;
  /** Does not open before so many different messages were tried within the window, however often each. 1 to 1,000,000. */
  readonly minimumMessages: number;
  /** After an open circuit lets messages through again, so many different ones decide whether it closes. 1 up to `minimumMessages`. */
  readonly trialMessages: number;
  /** How far back messages count, in seconds, 60 to 3,600. Looked at once a minute. */
  readonly windowSeconds: number;
  /** How long it stays open before messages are let through again to see, in seconds, 60 to 86,400. Doubles each time that they fail again. */
  readonly openSeconds: number;
  /** It never stays open longer than this, in seconds, up to 86,400. */
  readonly maximumOpenSeconds: number;
}

/** Opens when four of five messages fail, then tries again after two minutes, four, eight, and at last every half hour. */
export const defaultCircuitBreaker: CircuitBreakerSettings = {
  failureRate: 0.8,
  minimumMessages: 20,
  trialMessages: 5,
  windowSeconds: 300,
  openSeconds: 120,
  maximumOpenSeconds: 1800,
};

/** What the function that controls consumers is to know of them. */
export interface ControlledConsumers {
  /** Queues that each consumer reads, by its name. */
  readonly queues: Readonly<Record<string, readonly string[]>>;
  /** Of most consumers. */
  readonly breaker?: CircuitBreakerSettings;
  /** Of those that differ, by name; `null` for one that has none. */
  readonly breakers?: Readonly<Record<string, CircuitBreakerSettings | null>>;
}

/** The breaker of a consumer; undefined where it has none. */
export const breakerOf = (
  consumer: string,
  { breaker, breakers = {} }: Pick<ControlledConsumers, 'breaker' | 'breakers'>,
): CircuitBreakerSettings | undefined =>
  Object.hasOwn(breakers, consumer) ? (breakers[consumer] ?? undefined) : breaker;

/** What is wrong with a breaker's settings; `path` leads to them. */
export const circuitBreakerProblems = (path: string, settings: CircuitBreakerSettings): readonly Problem[] => {
  const { failureRate, minimumMessages, trialMessages, windowSeconds, openSeconds, maximumOpenSeconds } = settings;
  const seconds = { least: 60, most: 86_400, limit: 'a circuit breaker looks once a minute and takes' };
  const problems = [
    ...wholeNumber(`${path}.minimumMessages`, minimumMessages, { least: 1, most: 1_000_000, limit: 'it must be' }),
    ...wholeNumber(`${path}.trialMessages`, trialMessages, { least: 1, most: 1_000_000, limit: 'it must be' }),
    ...wholeNumber(`${path}.windowSeconds`, windowSeconds, { ...seconds, most: 3600 }),
    ...wholeNumber(`${path}.openSeconds`, openSeconds, seconds),
    ...wholeNumber(`${path}.maximumOpenSeconds`, maximumOpenSeconds, seconds),
  ];
  if (!(failureRate > 0 && failureRate <= 1))
    problems.push(`${path}.failureRate is ${failureRate}; it must be above 0 and at most 1`);
  if (trialMessages > minimumMessages)
    problems.push(`${path}.trialMessages is ${trialMessages}; it must be at most minimumMessages, ${minimumMessages}`);
  if (maximumOpenSeconds < openSeconds)
    problems.push(
      `${path}.maximumOpenSeconds is ${maximumOpenSeconds}; it must be at least openSeconds, ${openSeconds}`,
    );
  return problems;
};
