/**
 * Names under which functions write metrics and alarms read them, all in the namespace that `POWERTOOLS_METRICS_NAMESPACE` gives the functions.
 * What each says and when to worry: docs/monitoring.md.
 */

/** CloudWatch namespace where `POWERTOOLS_METRICS_NAMESPACE` is not set. */
export const defaultMetricsNamespace = 'Messaging';

/** Metrics of a consumer's batches, each with the single dimension `consumer`. Counts of messages a batch. */
export const ConsumerMetric = {
  done: 'Done',
  /** Messages whose effect `transact` had committed when their handler failed: the rest of its work was not done. */
  failedAfterCommit: 'FailedAfterCommit',
  duplicate: 'Duplicate',
  /** Duplicates by their ids with other bodies: a publisher gives one id to several messages. Part of `Duplicate`. */
  duplicateWithOtherBody: 'DuplicateWithOtherBody',
  claimLost: 'ClaimLost',
  retried: 'Retried',
  deadLettered: 'DeadLettered',
  deferred: 'Deferred',
  /** Messages that came back: the copy of one was not confirmed, or the claim table refused nearly all. */
  returned: 'Returned',
  /** Messages for which the claim table gave no answer. They are deferred or come back, and are counted there, too. */
  claimsUnavailable: 'ClaimsUnavailable',
} as const satisfies Record<string, string>;

/** Attempts that have a metric of their own; later ones count with the last of these. */
export const distinguishedAttempts = 5;

/** Messages that failed in this attempt and were retried: `RetriedAfterAttempt1` to `RetriedAfterAttempt5`. Part of `Retried`. */
export const retriedAfterAttempt = (attempt: number): string =>
  `RetriedAfterAttempt${Math.min(attempt, distinguishedAttempts)}`;

/**
 * Metrics of a queue that is consumed, each with the single dimension `queue`, once a minute. The shards of a consumer share one queue dimension, the
 * consumer's name: a value for each shard.
 */
export const QueueMetric = {
  /** Messages that wait. Dead-letter queues have this one only. */
  ready: 'MessagesReady',
  /** Messages that a mapping holds. */
  unacknowledged: 'MessagesUnacknowledged',
  consumers: 'Consumers',
  /** Seconds for which the oldest message has been there, at least; 0 for an empty queue. See `lib/platform/operations/queue-metrics/queue-track.ts`. */
  oldestAge: 'OldestMessageAge',
  /** Messages a second since the minute before: new ones, those handed out, those settled, those handed out again. */
  publishRate: 'PublishRate',
  deliverRate: 'DeliverRate',
  acknowledgeRate: 'AcknowledgeRate',
  redeliverRate: 'RedeliverRate',
} as const satisfies Record<string, string>;

/** Metrics of the broker, each with the single dimension `component`, whose value is `broker`. Once a minute. */
export const BrokerMetric = {
  /** Percent of the memory at which the broker stops publishers, on the node that is nearest to it. */
  memoryUsed: 'BrokerMemoryUsed',
  /** Free disk space in multiples of what the broker must have left before it stops publishers, on the node that has least. */
  diskFree: 'BrokerDiskFreeRatio',
  /** Nodes that stop publishers for want of memory or disk space. */
  alarms: 'BrokerResourceAlarms',
  /** Nodes that are known and do not run. */
  nodesDown: 'BrokerNodesDown',
  connections: 'BrokerConnections',
  /** Queues of the vhost that are neither running nor idle: without a leader or a majority. */
  queuesDown: 'BrokerQueuesDown',
  /** Messages that wait in the delay infrastructure: retries and scheduled events. */
  delayed: 'DelayedMessages',
  /**
   * Of these, messages whose time is over and whom the next queue has not taken yet. On a broker that is well that takes milliseconds; the broker hands on 32
   * messages of a queue at a time, so as many that stay stop all others behind them.
   */
  overdue: 'OverdueMessages',
  /** Delayed messages whose destination was gone when their time had come. */
  parked: 'ParkedMessages',
} as const satisfies Record<string, string>;

/** Metrics of what stands in front of a consumer, each with the single dimension `consumer`. Once a minute. */
export const MappingMetric = {
  /** Event source mappings that do not read although nobody paused them: disabled by Lambda for an error, or by hand behind our back. */
  failing: 'MappingsFailing',
  /** 1 while the circuit breaker or an operator keeps messages from the consumer, else 0. */
  paused: 'ConsumerPaused',
  /** 1 while the circuit breaker does. */
  circuitOpen: 'CircuitOpen',
} as const satisfies Record<string, string>;

/** Metrics of the outbox, each with the single dimension `component`, whose value is `outbox`. */
export const OutboxMetric = {
  /** Messages that were published. */
  confirmed: 'OutboxConfirmed',
  /** Messages that were tried and stay. */
  unconfirmed: 'OutboxUnconfirmed',
  /** Messages that waited when the schedule's run began to look, up to its end. Each minute. */
  waiting: 'OutboxWaiting',
  /** Age of the oldest of them in seconds, 0 where there is none. Each minute. */
  oldestAge: 'OutboxOldestAge',
} as const satisfies Record<string, string>;
