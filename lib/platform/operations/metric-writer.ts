import { Metrics } from '@aws-lambda-powertools/metrics';
import { defaultMetricsNamespace } from '../config/metric-names.ts';
import type { MetricRecord } from './metric-record.ts';

/**
 * Writes each record as a line in CloudWatch's embedded metric format to standard output, from where Lambda's log makes metrics of it:
 * no permission and no call is needed.
 */
export function writeMetrics(
  records: readonly MetricRecord[],
  environment: Readonly<Record<string, string | undefined>>,
): void {
  const namespace = environment.POWERTOOLS_METRICS_NAMESPACE || defaultMetricsNamespace;
  for (const { dimensions, metrics, properties = {} } of records) {
    const line = new Metrics({ namespace });
    // Powertools adds a dimension `service`; alarms should not have to know it.
    line.clearDefaultDimensions();
    line.addDimensions({ ...dimensions });
    for (const [name, { unit, value }] of Object.entries(metrics)) line.addMetric(name, unit, value);
    for (const [name, value] of Object.entries(properties)) line.addMetadata(name, String(value));
    line.publishStoredMetrics();
  }
}
