import type { IVpc } from 'aws-cdk-lib/aws-ec2';
import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { Environment } from '../config/environment.ts';
import { Broker } from '../constructs/broker.ts';

export interface BrokerStackProps extends StackProps {
  readonly environment: Environment;
  readonly vpc: IVpc;
}

/**
 * The broker and its administrator. Takes half an hour to create and is seldom changed. What it is to carry, and for whom, belongs to the
 * processing stack, so that adding and removing a consumer is one deployment of one stack.
 */
export class BrokerStack extends Stack {
  readonly broker: Broker;

  constructor(scope: Construct, id: string, { environment, vpc, ...props }: BrokerStackProps) {
    super(scope, id, props);
    this.broker = new Broker(this, 'Broker', {
      vpc,
      settings: environment.broker,
      retain: environment.data.retain,
    });
    new CfnOutput(this, 'Endpoints', { value: this.broker.endpoints, description: 'AMQP over TLS, inside the VPC' });
    new CfnOutput(this, 'ManagementUrl', {
      value: this.broker.managementUrl,
      description: 'Console and management API, inside the VPC',
    });
    new CfnOutput(this, 'AdminSecretArn', { value: this.broker.adminSecret.secretArn });
    new CfnOutput(this, 'ClientSecurityGroupId', {
      value: this.broker.clients.securityGroupId,
      description: 'Security group for publishers inside the VPC',
    });
  }
}
