import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { defaultMetricsNamespace, OutboxMetric } from '../../config/metric-names.ts';
import type { Backlog } from './backlog.ts';
import type { RelayReport } from './relay.ts';

/** Writes a line in CloudWatch's embedded metric format for each run that did or looked for something. */
export class RelayMetrics {
  readonly #metrics: Metrics;

  constructor(environment: Readonly<Record<string, string | undefined>>) {
    this.#metrics = new Metrics({ namespace: environment.POWERTOOLS_METRICS_NAMESPACE || defaultMetricsNamespace });
    // Powertools adds a dimension `service`; alarms should not have to know it.
    this.#metrics.clearDefaultDimensions();
    this.#metrics.setDefaultDimensions({ component: 'outbox' });
  }

  /** @param now milliseconds since the epoch */
  publish(report: RelayReport, backlog: Backlog | undefined, now: number): void {
    if (!backlog && report.confirmed + report.givenBack === 0) return;
    this.#count(OutboxMetric.confirmed, report.confirmed);
    this.#count(OutboxMetric.unconfirmed, report.givenBack);
    if (backlog) {
      const age = backlog.oldestAddedAt === undefined ? 0 : Math.max(0, now - backlog.oldestAddedAt) / 1000;
      this.#metrics.addMetric(OutboxMetric.waiting, MetricUnit.Count, backlog.messages);
      this.#metrics.addMetric(OutboxMetric.oldestAge, MetricUnit.Seconds, age);
    }
    this.#metrics.publishStoredMetrics();
  }

  #count(name: string, value: number): void {
    if (value > 0) this.#metrics.addMetric(name, MetricUnit.Count, value);
  }
}
