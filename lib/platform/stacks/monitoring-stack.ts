import { Annotations, Stack, type StackProps } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { Environment } from '../config/environment.ts';
import { type AlarmSettings, emailsOf } from '../config/monitoring-settings.ts';
import type { Broker } from '../constructs/broker.ts';
import { AlarmSet } from '../constructs/monitoring/alarm-set.ts';
import { AlarmTopic } from '../constructs/monitoring/alarm-topic.ts';
import { addBrokerAlarms } from '../constructs/monitoring/broker-alarms.ts';
import { BrokerMetrics } from '../constructs/monitoring/broker-metrics.ts';
import { addConsumerAlarms, addControlAlarm } from '../constructs/monitoring/consumer-alarms.ts';
import { ConsumerMetrics } from '../constructs/monitoring/consumer-metrics.ts';
import { MonitoringDashboard } from '../constructs/monitoring/dashboard.ts';
import { QueueMetricsFunction } from '../constructs/monitoring/queue-metrics-function.ts';
import type { ProcessingStack } from './processing-stack.ts';

export interface MonitoringStackProps extends StackProps {
  readonly environment: Environment;
  readonly broker: Broker;
  readonly processing: ProcessingStack;
}

/** Metrics of the broker, a dashboard, alarms, and the topic to which they go. */
export class MonitoringStack extends Stack {
  constructor(scope: Construct, id: string, { environment, broker, processing, ...props }: MonitoringStackProps) {
    super(scope, id, props);
    // The functions of the processing stack write under its name; one deployment has one namespace.
    const namespace = processing.stackName;
    new QueueMetricsFunction(this, 'QueueMetrics', {
      broker,
      topology: processing.topology,
      namespace,
      data: environment.data,
      logRetentionDays: environment.logRetentionDays,
    });
    const brokerMetrics = new BrokerMetrics(namespace);
    const consumers = [...processing.consumers].map(
      ([consumer, { handler, mappings }]) =>
        new ConsumerMetrics({ namespace, consumer, queueCount: mappings.length, handler: handler.function }),
    );
    const hasOutbox = processing.outbox !== undefined;
    const { alarms } = environment.monitoring;
    const alarmSet = alarms === 'none' ? undefined : this.addAlarms(alarms, brokerMetrics, consumers, processing);
    if (environment.production && (alarms === 'none' || emailsOf(alarms).length === 0))
      Annotations.of(this).addWarningV2(
        'alarmsReachNobody',
        `no alarm of '${environment.name}' reaches anybody until somebody subscribes: set monitoring.alarms.email in lib/environments.ts, or acknowledge this warning where something else subscribes to AlarmTopicArn`,
      );
    new MonitoringDashboard(this, 'Overview', {
      broker: brokerMetrics,
      consumers,
      alarms: alarmSet?.alarms ?? [],
      hasOutbox,
    });
  }

  private addAlarms(
    settings: AlarmSettings,
    broker: BrokerMetrics,
    consumers: readonly ConsumerMetrics[],
    { outbox, control }: ProcessingStack,
  ): AlarmSet {
    const alarms = new AlarmSet(this, 'Alarms', new AlarmTopic(this, 'AlarmTopic', settings));
    addBrokerAlarms(alarms, broker, settings, { hasOutbox: outbox !== undefined });
    addControlAlarm(alarms, control.handler.function);
    for (const metrics of consumers)
      addConsumerAlarms(alarms, metrics, { ...settings.consumer, ...settings.consumers[metrics.consumer] });
    return alarms;
  }
}
