import { describe, expect, it, test } from '@jest/globals';
import { Template } from 'aws-cdk-lib/assertions';
import { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { App, Stack } from 'aws-cdk-lib/core';
import { defaultAlarms } from '../../../../lib/platform/config/monitoring-settings.ts';
import { AlarmSet } from '../../../../lib/platform/constructs/monitoring/alarm-set.ts';
import { addBrokerAlarms } from '../../../../lib/platform/constructs/monitoring/broker-alarms.ts';
import { BrokerMetrics } from '../../../../lib/platform/constructs/monitoring/broker-metrics.ts';
import { addConsumerAlarms } from '../../../../lib/platform/constructs/monitoring/consumer-alarms.ts';
import { ConsumerMetrics } from '../../../../lib/platform/constructs/monitoring/consumer-metrics.ts';
import { MonitoringDashboard } from '../../../../lib/platform/constructs/monitoring/dashboard.ts';

interface AlarmResource {
  readonly Properties: Record<string, unknown> & {
    readonly AlarmDescription: string;
    readonly Metrics: readonly {
      readonly Expression?: string;
      readonly MetricStat?: {
        readonly Metric: { readonly MetricName: string };
        readonly Period: number;
        readonly Stat: string;
      };
    }[];
  };
}

/** A dashboard of one consumer and the broker, with or without alarms. */
const monitoring = (given: { alarms: boolean; queueCount?: number; hasOutbox?: boolean }) => {
  const { hasOutbox = true } = given;
  const stack = new Stack(new App({ builtinCloudFormationValidation: false }), 'monitoring');
  const handler = LambdaFunction.fromFunctionName(stack, 'Handler', 'orders');
  const broker = new BrokerMetrics('events');
  const consumer = new ConsumerMetrics({
    namespace: 'events',
    consumer: 'orders',
    queueCount: given.queueCount ?? 1,
    handler,
  });
  const alarms = new AlarmSet(stack, 'Alarms', new Topic(stack, 'Topic'));
  if (given.alarms) {
    addBrokerAlarms(alarms, broker, defaultAlarms, { hasOutbox });
    addConsumerAlarms(alarms, consumer, defaultAlarms.consumer);
  }
  new MonitoringDashboard(stack, 'Overview', { broker, consumers: [consumer], alarms: alarms.alarms, hasOutbox });
  const template = Template.fromStack(stack);
  const found = template.findResources('AWS::CloudWatch::Alarm') as Record<string, AlarmResource>;
  return {
    alarms: Object.fromEntries(
      Object.entries(found).map(([id, { Properties }]) => [id.replace(/^Alarms|[0-9A-F]{8}$/g, ''), Properties]),
    ),
    dashboard: JSON.stringify(Object.values(template.findResources('AWS::CloudWatch::Dashboard'))),
  };
};

/** The part of an alarm that decides when it goes off, in a line. */
const rule = (alarm: AlarmResource['Properties']): string => {
  const what = alarm.Metrics.map(({ Expression, MetricStat: { Metric, Period, Stat } = {} }) =>
    Expression ? `${Expression} with` : `${Stat} of ${Metric?.MetricName} in ${Period} s`,
  ).join(' ');
  const sign = alarm.ComparisonOperator === 'LessThanThreshold' ? '<' : '>=';
  return `${what} ${sign} ${alarm.Threshold}, ${alarm.EvaluationPeriods} in a row, missing is ${alarm.TreatMissingData}`;
};

test('no alarms: the dashboard is there all the same', () => {
  const { alarms, dashboard } = monitoring({ alarms: false });
  expect(alarms).toEqual({});
  expect(dashboard).not.toContain('"type":"alarm');
  expect(dashboard).toContain('RetriedAfterAttempt5');
});

test('all alarms', () => {
  const { alarms } = monitoring({ alarms: true });
  expect(Object.fromEntries(Object.entries(alarms).map(([id, alarm]) => [id, rule(alarm)]))).toMatchSnapshot();
});

describe('an alarm', () => {
  const { alarms, dashboard } = monitoring({ alarms: true });

  it.each(Object.entries(alarms))('%s says what to do, and tells when it is over', (_, alarm) => {
    expect(alarm.AlarmDescription.split(/[.:;] /).length).toBeGreaterThan(1);
    // CloudWatch takes 1,024 characters.
    expect(alarm.AlarmDescription.length).toBeLessThan(1024);
    expect(alarm.AlarmActions).toEqual([{ Ref: expect.stringContaining('Topic') }]);
    expect(alarm.OKActions).toEqual(alarm.AlarmActions);
  });

  it('is shown on the dashboard', () => {
    expect(dashboard.match(/:Arn|"Arn"/g) ?? []).toHaveLength(Object.keys(alarms).length);
  });

  it('of the outbox is there where an outbox is', () => {
    const without = monitoring({ alarms: true, hasOutbox: false });
    expect(Object.keys(alarms)).toContain('outbox');
    expect(Object.keys(without.alarms)).not.toContain('outbox');
    expect(without.dashboard).not.toContain('OutboxOldestAge');
  });
});

test('shards are added up, and the oldest message of any of them counts', () => {
  const { alarms } = monitoring({ alarms: true, queueCount: 4 });
  expect(alarms.orderswaitingmessages?.Metrics[0]?.MetricStat?.Stat).toBe('Sum');
  expect(alarms.ordersoldestmessage?.Metrics[0]?.MetricStat?.Stat).toBe('Maximum');
});
