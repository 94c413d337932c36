import { Alarm, ComparisonOperator, Metric, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { LambdaApplication, LambdaDeploymentConfig, LambdaDeploymentGroup } from 'aws-cdk-lib/aws-codedeploy';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Alias } from 'aws-cdk-lib/aws-lambda';
import { Duration, Stack, Validations } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { CanaryMinutes } from '../config/canary.ts';
import { ConsumerMetric } from '../config/metric-names.ts';
import type { VpcFunction } from './vpc-function.ts';

export interface CanaryReleaseProps {
  readonly consumer: string;
  readonly handler: VpcFunction;
  /** How long the new version is tried. */
  readonly minutes: CanaryMinutes;
}

const configs = {
  5: LambdaDeploymentConfig.CANARY_10PERCENT_5MINUTES,
  10: LambdaDeploymentConfig.CANARY_10PERCENT_10MINUTES,
  15: LambdaDeploymentConfig.CANARY_10PERCENT_15MINUTES,
  30: LambdaDeploymentConfig.CANARY_10PERCENT_30MINUTES,
} as const satisfies Record<CanaryMinutes, unknown>;

/**
 * An alias before a consumer's function. A deployment gives a tenth of the batches to the new version first, and takes it back when the function fails
 * or messages are dead-lettered meanwhile, by whichever version: the deployment of the stack then fails and is rolled back.
 *
 * Both versions read the same queue in this time, so each must understand what the other hands on.
 */
export class CanaryRelease extends Construct {
  readonly alias: Alias;

  constructor(scope: Construct, id: string, { consumer, handler, minutes }: CanaryReleaseProps) {
    super(scope, id);
    this.alias = new Alias(this, 'Live', { aliasName: 'live', version: handler.function.currentVersion });
    const { application, role } = CanaryApplication.of(this);
    new LambdaDeploymentGroup(this, 'Group', {
      application,
      role,
      alias: this.alias,
      deploymentConfig: configs[minutes],
      alarms: [
        this.alarm('Errors', {
          metric: this.alias.metricErrors({ period: Duration.minutes(1) }),
          alarmDescription: `Takes a new version of ${consumer} back: its function fails.`,
        }),
        // Failing messages are no errors of the function. What it gives up shows in its own metric only.
        this.alarm('DeadLetters', {
          metric: new Metric({
            namespace: Stack.of(this).stackName,
            metricName: ConsumerMetric.deadLettered,
            dimensionsMap: { consumer },
            statistic: Stats.SUM,
            period: Duration.minutes(1),
          }),
          alarmDescription: `Takes a new version of ${consumer} back: it gives messages up.`,
        }),
      ],
    });
  }

  private alarm(id: string, props: { readonly metric: Metric; readonly alarmDescription: string }): Alarm {
    return new Alarm(this, id, {
      ...props,
      threshold: 1,
      evaluationPeriods: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
  }
}

/** What all releases of a stack share. */
class CanaryApplication extends Construct {
  readonly application: LambdaApplication;
  readonly role: Role;

  static of(scope: Construct): CanaryApplication {
    const stack = Stack.of(scope);
    const found = stack.node.tryFindChild('Canaries');
    return found instanceof CanaryApplication ? found : new CanaryApplication(stack, 'Canaries');
  }

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.application = new LambdaApplication(this, 'Application');
    this.role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('codedeploy.amazonaws.com'),
      description: 'Moves the aliases of consumers to new versions',
    });
    Validations.of(this.role).acknowledge({
      id: 'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSCodeDeployRoleForLambdaLimited]',
      reason:
        "CodeDeploy's own policy for this role, which the construct of CDK always adds; it changes aliases and reads alarms.",
    });
  }
}
