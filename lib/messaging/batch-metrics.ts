import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { ConsumerMetric, defaultMetricsNamespace, retriedAfterAttempt } from '../config/metric-names.ts';
import type { BatchReport } from './batch/report.ts';

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
    for (const [name, count] of retriesByAttempt(report)) this.#metrics.addMetric(name, MetricUnit.Count, count);
    this.#addProperties('deadLettered', report.deadLetterReasons);
    this.#addProperties('deferred', report.deferralCauses);
    this.#metrics.publishStoredMetrics();
  }

  #addProperties(prefix: string, counts: Readonly<Record<string, number>>): void {
    for (const [name, count] of Object.entries(counts)) this.#metrics.addMetadata(`${prefix}_${name}`, String(count));
  }
}

/** Attempts beyond the last that has a metric of its own are counted with that one. */
function retriesByAttempt({ retriedAfterAttempt: byAttempt }: BatchReport): Map<string, number> {
  const byName = new Map<string, number>();
  for (const [attempt, count] of Object.entries(byAttempt)) {
    const name = retriedAfterAttempt(Number(attempt));
    byName.set(name, (byName.get(name) ?? 0) + count);
  }
  return byName;
}
