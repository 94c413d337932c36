import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Aws, CfnOutput, Validations } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { type AlarmSettings, emailsOf } from '../../config/monitoring-settings.ts';

/** Where the alarms of this account go, and on to everybody who subscribes. */
export class AlarmTopic extends Topic {
  constructor(scope: Construct, id: string, settings: Pick<AlarmSettings, 'email'>) {
    super(scope, id, { enforceSSL: true });
    // enforceSSL gives the topic a policy, which replaces the default one that lets alarms publish:
    // https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html
    this.addToResourcePolicy(
      new PolicyStatement({
        sid: 'Alarms',
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [this.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
      }),
    );
    for (const address of emailsOf(settings)) {
      const subscription = this.addSubscription(new EmailSubscription(address));
      Validations.of(subscription).acknowledge({
        id: 'Serverless-SNSRedrivePolicy',
        reason:
          'SNS retries an e-mail for hours, and CloudWatch shows the alarm meanwhile. A queue of failed e-mails would tell nobody more.',
      });
    }
    new CfnOutput(scope, 'AlarmTopicArn', { value: this.topicArn, description: 'Topic of all alarms' });
  }
}
