import { type Problem, wholeNumber } from './limits.ts';

/** When alarms go off. What to do then: docs/monitoring.md. */
export interface AlarmSettings {
  /**
   * Who gets an e-mail when an alarm goes off, and when it is over. AWS first sends each address a link to confirm.
   * @default nobody: something else has to subscribe to the stack's output AlarmTopicArn
   */
  readonly email?: string | readonly string[];
  /** Of all consumers. */
  readonly consumer: ConsumerAlarmSettings;
  /** What single consumers, by name, set differently. */
  readonly consumers: Readonly<Record<string, Partial<ConsumerAlarmSettings>>>;
  readonly broker: BrokerAlarmSettings;
  /** An event has waited in the outbox for so long, in seconds. */
  readonly outboxAgeSeconds: number;
}

export interface ConsumerAlarmSettings {
  /** So many dead letters are there. */
  readonly deadLetters: number;
  /** The oldest message has been in the queue for so long, in seconds, without having been retried. */
  readonly oldestMessageSeconds: number;
  /** So many messages wait, for a quarter of an hour. */
  readonly waitingMessages: number;
  /** So many messages were taken over by another invocation within a quarter of an hour. */
  readonly claimsLost: number;
  /** So many invocations failed within five minutes. */
  readonly functionErrors: number;
}

export interface BrokerAlarmSettings {
  /** Percent of the memory at which the broker stops publishers, 1 to 99. */
  readonly memoryPercent: number;
  /** Free disk space in multiples of what the broker must have left; above 1. */
  readonly diskFreeRatio: number;
}

export interface MonitoringSettings {
  /** Each alarm costs some ten cents a month. */
  readonly alarms: AlarmSettings | 'none';
}

export const defaultAlarms: AlarmSettings = {
  consumer: {
    deadLetters: 1,
    oldestMessageSeconds: 900,
    waitingMessages: 10_000,
    claimsLost: 10,
    functionErrors: 1,
  },
  consumers: {},
  broker: { memoryPercent: 80, diskFreeRatio: 2 },
  outboxAgeSeconds: 300,
};

/** What is wrong with the settings of alarms. */
export const monitoringProblems = ({ alarms }: MonitoringSettings): readonly Problem[] => {
  if (alarms === 'none') return [];
  const path = 'monitoring.alarms';
  const problems = [
    ...emailProblems(`${path}.email`, alarms),
    ...consumerAlarmProblems(`${path}.consumer`, alarms.consumer),
    ...Object.entries(alarms.consumers).flatMap(([name, settings]) =>
      consumerAlarmProblems(`${path}.consumers.${name}`, { ...alarms.consumer, ...settings }),
    ),
    ...wholeNumber(`${path}.broker.memoryPercent`, alarms.broker.memoryPercent, {
      least: 1,
      most: 99,
      limit: 'before the broker stops publishers there are',
    }),
    ...wholeNumber(`${path}.outboxAgeSeconds`, alarms.outboxAgeSeconds, {
      least: 60,
      most: 86_400,
      limit: 'the outbox is looked at once a minute; take',
    }),
  ];
  if (!(alarms.broker.diskFreeRatio > 1))
    problems.push(
      `${path}.broker.diskFreeRatio is ${alarms.broker.diskFreeRatio}; at 1 the broker stops publishers, so it must be above`,
    );
  return problems;
};

/** The addresses that alarms go to. */
export const emailsOf = ({ email = [] }: Pick<AlarmSettings, 'email'>): readonly string[] =>
  typeof email === 'string' ? [email] : email;

const emailProblems = (path: string, alarms: AlarmSettings): readonly Problem[] =>
  emailsOf(alarms)
    .filter((address) => !/^[^\s@]+@[^\s@]+$/.test(address))
    .map((address) => `${path} is '${address}', which is no e-mail address`);

const consumerAlarmProblems = (path: string, settings: ConsumerAlarmSettings): readonly Problem[] => [
  ...Object.entries(settings).flatMap(([name, value]) =>
    wholeNumber(`${path}.${name}`, value as number, { least: 1, most: 1_000_000_000, limit: 'an alarm takes' }),
  ),
  ...(settings.oldestMessageSeconds < 120
    ? [
        `${path}.oldestMessageSeconds is ${settings.oldestMessageSeconds}; queues are looked at once a minute, so take at least 120`,
      ]
    : []),
];
