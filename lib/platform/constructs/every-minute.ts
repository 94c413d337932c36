import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { Duration, Validations } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { VpcFunction } from './vpc-function.ts';

export interface EveryMinuteProps {
  readonly target: VpcFunction;
  readonly description: string;
}

/** Invokes a function once a minute, whose next run makes up for one that did not take place. */
export class EveryMinute extends Rule {
  constructor(scope: Construct, id: string, { target, description }: EveryMinuteProps) {
    super(scope, id, {
      description,
      schedule: Schedule.rate(Duration.minutes(1)),
      targets: [new LambdaFunction(target.function)],
    });
    this.node.addDependency(target.role);
    Validations.of(this).acknowledge({
      id: 'Serverless-EventBusDLQ',
      reason: 'A run that did not take place loses nothing; the next one, a minute later, does its work.',
    });
  }
}
