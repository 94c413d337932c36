import { Alarm, ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { CfnOutput, Duration, Stack, type StackProps } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { Consumer } from '../constructs/consumer.ts';

export interface MonitoringStackProps extends StackProps {
  /** By name. */
  readonly consumers: ReadonlyMap<string, Consumer>;
}

/** Alarms, and the topic to which they go: subscribe to it. */
export class MonitoringStack extends Stack {
  constructor(scope: Construct, id: string, { consumers, ...props }: MonitoringStackProps) {
    super(scope, id, props);
    const topic = new Topic(this, 'Alarms', { enforceSSL: true });
    for (const [name, { handler }] of consumers) {
      const alarm = new Alarm(this, `Errors ${name}`, {
        alarmDescription: `Function of consumer ${name} failed: a batch comes back because it crashed, timed out or could not hand a message on`,
        metric: handler.function.metricErrors({ period: Duration.minutes(5) }),
        threshold: 1,
        evaluationPeriods: 1,
        comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        treatMissingData: TreatMissingData.NOT_BREACHING,
      });
      alarm.addAlarmAction(new SnsAction(topic));
    }
    new CfnOutput(this, 'AlarmTopicArn', { value: topic.topicArn });
  }
}
