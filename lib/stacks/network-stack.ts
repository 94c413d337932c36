import type { IVpc } from 'aws-cdk-lib/aws-ec2';
import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { Environment } from '../config/environment.ts';
import { Network } from '../constructs/network.ts';

export interface NetworkStackProps extends StackProps {
  readonly environment: Environment;
}

/** The network that broker and functions share. */
export class NetworkStack extends Stack {
  readonly vpc: IVpc;

  constructor(scope: Construct, id: string, { environment, ...props }: NetworkStackProps) {
    super(scope, id, props);
    this.vpc = new Network(this, 'Network', {
      settings: environment.network,
      logRetentionDays: environment.logRetentionDays,
    }).vpc;
    new CfnOutput(this, 'VpcId', { value: this.vpc.vpcId });
  }
}
