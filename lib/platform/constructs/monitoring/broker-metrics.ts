import { Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { Duration } from 'aws-cdk-lib/core';
import { BrokerMetric, OutboxMetric } from '../../config/metric-names.ts';

/** Metrics of the broker as a whole. */
export class BrokerMetrics {
  private readonly namespace: string;

  /** @param namespace under which the functions of this deployment write */
  constructor(namespace: string) {
    this.namespace = namespace;
  }

  memoryUsed = (): Metric => this.metric(BrokerMetric.memoryUsed, Stats.MAXIMUM, 'memory, % of limit');
  diskFree = (): Metric => this.metric(BrokerMetric.diskFree, Stats.MINIMUM, 'free disk, multiples of limit');
  resourceAlarms = (): Metric => this.metric(BrokerMetric.alarms, Stats.MAXIMUM, 'nodes that stop publishers');
  nodesDown = (): Metric => this.metric(BrokerMetric.nodesDown, Stats.MAXIMUM, 'nodes down');
  queuesDown = (): Metric => this.metric(BrokerMetric.queuesDown, Stats.MAXIMUM, 'queues down');
  connections = (): Metric => this.metric(BrokerMetric.connections, Stats.MAXIMUM, 'connections');
  delayed = (): Metric => this.metric(BrokerMetric.delayed, Stats.MAXIMUM, 'delayed');
  overdue = (): Metric => this.metric(BrokerMetric.overdue, Stats.MAXIMUM, 'overdue');
  parked = (): Metric => this.metric(BrokerMetric.parked, Stats.MAXIMUM, 'parked');

  /** How often the broker was looked at. */
  looks = (): Metric => this.metric(BrokerMetric.connections, Stats.SAMPLE_COUNT, 'looks at the broker');

  outboxAge = (): Metric => this.metric(OutboxMetric.oldestAge, Stats.MAXIMUM, 'oldest in outbox, s', 'outbox');
  outboxWaiting = (): Metric => this.metric(OutboxMetric.waiting, Stats.MAXIMUM, 'in outbox', 'outbox');

  private metric(metricName: string, statistic: string, label: string, component = 'broker'): Metric {
    return new Metric({
      namespace: this.namespace,
      metricName,
      dimensionsMap: { component },
      statistic,
      label,
      period: Duration.minutes(1),
    });
  }
}
