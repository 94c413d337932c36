import {
  type Alarm,
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  type IMetric,
  type IWidget,
  TextWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import { Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { BrokerMetrics } from './broker-metrics.ts';
import type { ConsumerMetrics } from './consumer-metrics.ts';

export interface MonitoringDashboardProps {
  readonly broker: BrokerMetrics;
  readonly consumers: readonly ConsumerMetrics[];
  /** Shown at the top. */
  readonly alarms: readonly Alarm[];
  readonly hasOutbox: boolean;
}

/** CloudWatch's grid has so many columns. */
const columns = 24;

/** One dashboard: alarms, the broker, and a row of graphs for each consumer. */
export class MonitoringDashboard extends Construct {
  constructor(scope: Construct, id: string, { broker, consumers, alarms, hasOutbox }: MonitoringDashboardProps) {
    super(scope, id);
    new Dashboard(this, 'Dashboard', {
      defaultInterval: Duration.hours(3),
      widgets: [
        ...(alarms.length > 0 ? [[alarmStatus(alarms)]] : []),
        [heading('Broker')],
        brokerRow(broker, hasOutbox),
        ...consumers.flatMap((metrics) => [[heading(`Consumer ${metrics.consumer}`)], consumerRow(metrics)]),
      ],
    });
  }
}

const heading = (text: string): IWidget => new TextWidget({ markdown: `## ${text}`, width: columns, height: 1 });

const alarmStatus = (alarms: readonly Alarm[]): IWidget =>
  new AlarmStatusWidget({ title: 'Alarms', alarms: [...alarms], width: columns, height: 4 });

const brokerRow = (metrics: BrokerMetrics, hasOutbox: boolean): IWidget[] =>
  row(
    graph('Memory and disk', [metrics.memoryUsed()], [metrics.diskFree()]),
    graph('Connections', [metrics.connections()], [metrics.nodesDown(), metrics.queuesDown()]),
    graph('Delayed messages', [metrics.delayed(), metrics.overdue()], [metrics.parked()]),
    ...(hasOutbox ? [graph('Outbox', [metrics.outboxWaiting()], [metrics.outboxAge()])] : []),
  );

const consumerRow = (metrics: ConsumerMetrics): IWidget[] =>
  row(
    graph('Throughput', [metrics.published(), metrics.acknowledged(), metrics.redelivered()]),
    graph('Outcomes', metrics.outcomes()),
    graph('Retries by attempt', metrics.retriesByAttempt(), [], true),
    graph('Depth and age', [metrics.waiting(), metrics.held(), metrics.deadLetters()], [metrics.oldestAge()]),
    graph('Function', metrics.durations(), [metrics.functionErrors(), metrics.paused()]),
  );

type Graph = (width: number) => IWidget;

const graph =
  (title: string, left: IMetric[], right: IMetric[] = [], stacked = false): Graph =>
  (width) =>
    new GraphWidget({ title, left, right, stacked, width, height: 6, leftYAxis: { min: 0 }, rightYAxis: { min: 0 } });

/** Side by side over the whole width. */
const row = (...graphs: readonly Graph[]): IWidget[] => {
  const width = Math.floor(columns / graphs.length);
  const spare = columns - width * graphs.length;
  return graphs.map((each, index) => each(index < spare ? width + 1 : width));
};
