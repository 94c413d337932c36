import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { BatchReport } from './batch/report.ts';

/** CloudWatch namespace of the consumers' metrics unless `POWERTOOLS_METRICS_NAMESPACE` says otherwise. */
export const defaultMetricsNamespace = 'Messaging';

/** Metrics of a consumer, each with the single dimension `consumer`. Counts of messages a batch. */
export const ConsumerMetric = {
  done: 'Done',
  duplicate: 'Duplicate',
  claimLost: 'ClaimLost',
  retried: 'Retried',
  deadLettered: 'DeadLettered',
  deferred: 'Deferred',
  /** Messages that came back because the copy of one was not confirmed. */
  returned: 'Returned',
} as const satisfies Record<string, string>;

const counters = Object.keys(ConsumerMetric) as (keyof typeof ConsumerMetric)[];

/**
 * Writes one line in CloudWatch's embedded metric format for each batch. Fates that no message of the batch met are left
 * out, except `Done`; the reasons of dead letters and deferrals are properties of the line (`deadLettered_invalid`, `deferred_busy`), for Logs Insights.
 */
export class BatchMetrics {
  readonly #metrics: Metrics;

  constructor(consumer: string, environment: Readonly<Record<string, string | undefined>>) {
    this.#metrics = new Metrics({ namespace: environment.POWERTOOLS_METRICS_NAMESPACE || defaultMetricsNamespace });
    // Powertools adds a dimension `service`; alarms should not have to know it.
    this.#metrics.clearDefaultDimensions();
    this.#metrics.setDefaultDimensions({ consumer });
  }

  publish(report: BatchReport): void {
    for (const counter of counters) {
      if (report[counter] > 0 || counter === 'done') {
        this.#metrics.addMetric(ConsumerMetric[counter], MetricUnit.Count, report[counter]);
      }
    }
    this.#addProperties('deadLettered', report.deadLetterReasons);
    this.#addProperties('deferred', report.deferralCauses);
    this.#metrics.publishStoredMetrics();
  }

  #addProperties(prefix: string, counts: Readonly<Record<string, number>>): void {
    for (const [name, count] of Object.entries(counts)) this.#metrics.addMetadata(`${prefix}_${name}`, String(count));
  }
}
