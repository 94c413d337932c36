import { MathExpression, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Duration } from 'aws-cdk-lib/core';
import {
  ConsumerMetric,
  distinguishedAttempts,
  MappingMetric,
  QueueMetric,
  retriedAfterAttempt,
} from '../../config/metric-names.ts';
import { deadLetterQueue } from '../../topology/names.ts';

export interface ConsumerMetricsProps {
  /** Under which the functions of this deployment write. */
  readonly namespace: string;
  readonly consumer: string;
  /** Queues that it reads: more than one where it has shards. Their metrics are one, with a value for each shard. */
  readonly queueCount: number;
  readonly handler: IFunction;
}

const minute = Duration.minutes(1);

/** Metrics of a consumer: of its batches, its queues, its mappings and its function. */
export class ConsumerMetrics {
  readonly consumer: string;
  private readonly namespace: string;
  private readonly handler: IFunction;
  /** Values of shards are added up; a single queue's are not, lest a look that took place twice in a minute counts twice. */
  private readonly total: string;

  constructor({ namespace, consumer, queueCount, handler }: ConsumerMetricsProps) {
    this.namespace = namespace;
    this.consumer = consumer;
    this.handler = handler;
    this.total = queueCount > 1 ? Stats.SUM : Stats.MAXIMUM;
  }

  /** Messages by what became of them. */
  outcomes = (): Metric[] => Object.values(ConsumerMetric).map((name) => this.ofConsumer(name, Stats.SUM, name));

  /** Retried messages by the attempt that failed. */
  retriesByAttempt = (): Metric[] =>
    Array.from({ length: distinguishedAttempts }, (_, index) => {
      const attempt = index + 1;
      const label = attempt === distinguishedAttempts ? `attempt ${attempt} or later` : `attempt ${attempt}`;
      return this.ofConsumer(retriedAfterAttempt(attempt), Stats.SUM, label);
    });

  claimsLost = (period = minute): Metric =>
    this.ofConsumer(ConsumerMetric.claimLost, Stats.SUM, 'claims lost').with({ period });

  /** Messages for which the claim table gave no answer. */
  claimsUnavailable = (period = minute): Metric =>
    this.ofConsumer(ConsumerMetric.claimsUnavailable, Stats.SUM, 'claims unavailable').with({ period });

  /** Messages whose handler failed after `transact` had committed. */
  failedAfterCommit = (period = minute): Metric =>
    this.ofConsumer(ConsumerMetric.failedAfterCommit, Stats.SUM, 'failed after commit').with({ period });

  /** Messages that were dropped as duplicates although their bodies differ from what was handled. */
  duplicatesWithOtherBody = (period = minute): Metric =>
    this.ofConsumer(ConsumerMetric.duplicateWithOtherBody, Stats.SUM, 'duplicates with another body').with({ period });

  /** 1 where more messages were put off than handled, else 0. */
  mostlyDeferred = (period: Duration): MathExpression =>
    new MathExpression({
      expression: 'IF(deferred > FILL(done, 0), 1, 0)',
      usingMetrics: {
        deferred: this.ofConsumer(ConsumerMetric.deferred, Stats.SUM, 'deferred').with({ period }),
        done: this.ofConsumer(ConsumerMetric.done, Stats.SUM, 'done').with({ period }),
      },
      label: 'more put off than handled',
      period,
    });

  published = (): Metric => this.ofQueue(QueueMetric.publishRate, this.total, 'published/s');
  acknowledged = (): Metric => this.ofQueue(QueueMetric.acknowledgeRate, this.total, 'acknowledged/s');
  redelivered = (): Metric => this.ofQueue(QueueMetric.redeliverRate, this.total, 'redelivered/s');
  waiting = (): Metric => this.ofQueue(QueueMetric.ready, this.total, 'waiting');
  held = (): Metric => this.ofQueue(QueueMetric.unacknowledged, this.total, 'with the function');
  oldestAge = (): Metric => this.ofQueue(QueueMetric.oldestAge, Stats.MAXIMUM, 'oldest, s');

  deadLetters = (period = minute): Metric =>
    this.metric({ queue: deadLetterQueue(this.consumer) }, QueueMetric.ready, Stats.MAXIMUM, 'dead letters').with({
      period,
    });

  /** Dead letters beyond those of the period before. */
  newDeadLetters = (period: Duration): MathExpression =>
    new MathExpression({
      expression: 'DIFF(dead)',
      usingMetrics: { dead: this.deadLetters(period) },
      label: 'more dead letters than before',
      period,
    });

  /** Consumers of the queue; 1 while the consumer is paused, when there are none on purpose. */
  readers = (): MathExpression =>
    new MathExpression({
      expression: 'IF(FILL(paused, 0) > 0, 1, readers)',
      usingMetrics: {
        readers: this.ofQueue(QueueMetric.consumers, Stats.MINIMUM, 'consumers'),
        paused: this.paused(),
      },
      label: 'consumers of the queue',
      period: minute,
    });

  mappingsFailing = (): Metric => this.ofConsumer(MappingMetric.failing, Stats.MAXIMUM, 'mappings that fail');
  paused = (): Metric => this.ofConsumer(MappingMetric.paused, Stats.MAXIMUM, 'paused');
  circuitOpen = (): Metric => this.ofConsumer(MappingMetric.circuitOpen, Stats.MAXIMUM, 'circuit open');

  functionErrors = (period = minute): Metric => this.handler.metricErrors({ period, label: 'failed invocations' });

  /** Milliseconds that a batch takes. */
  durations = (): Metric[] =>
    [Stats.p(50), Stats.p(99), Stats.MAXIMUM].map((statistic) =>
      this.handler.metricDuration({ period: minute, statistic, label: `${statistic}, ms` }),
    );

  private ofQueue = (metricName: string, statistic: string, label: string): Metric =>
    this.metric({ queue: this.consumer }, metricName, statistic, label);

  private ofConsumer = (metricName: string, statistic: string, label: string): Metric =>
    this.metric({ consumer: this.consumer }, metricName, statistic, label);

  private metric = (
    dimensionsMap: Record<string, string>,
    metricName: string,
    statistic: string,
    label: string,
  ): Metric => new Metric({ namespace: this.namespace, metricName, dimensionsMap, statistic, label, period: minute });
}
