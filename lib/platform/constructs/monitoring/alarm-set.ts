import {
  Alarm,
  ComparisonOperator,
  type MathExpression,
  type Metric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';

export interface AlarmProps {
  readonly metric: Metric | MathExpression;
  /** What is wrong when it goes off, and what to do about it. */
  readonly description: string;
  /** Goes off at this value and beyond it. */
  readonly threshold: number;
  /** Values below the threshold are bad, those above are good. @default the other way round */
  readonly below?: boolean;
  /** Goes off after so many periods beyond the threshold in a row. @default 1 */
  readonly periods?: number;
  /** Period of the metric. @default the metric's own, a minute */
  readonly period?: Duration;
  /** No data is a bad sign. @default it is none */
  readonly missingIsBad?: boolean;
}

/** Alarms that go to one topic, when they go off and when they are over. */
export class AlarmSet extends Construct {
  readonly alarms: Alarm[] = [];
  private readonly action: SnsAction;

  constructor(scope: Construct, id: string, topic: ITopic) {
    super(scope, id);
    this.action = new SnsAction(topic);
  }

  add(id: string, props: AlarmProps): Alarm {
    const { metric, below = false, missingIsBad = false } = props;
    const alarm = new Alarm(this, id, {
      metric: props.period ? metric.with({ period: props.period }) : metric,
      alarmDescription: props.description,
      threshold: props.threshold,
      evaluationPeriods: props.periods ?? 1,
      comparisonOperator: below
        ? ComparisonOperator.LESS_THAN_THRESHOLD
        : ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: missingIsBad ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
    });
    alarm.addAlarmAction(this.action);
    alarm.addOkAction(this.action);
    this.alarms.push(alarm);
    return alarm;
  }
}
