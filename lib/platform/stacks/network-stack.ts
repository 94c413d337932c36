import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { Environment } from '../config/environment.ts';
import type { NewNetworkSettings } from '../config/network-settings.ts';
import { Network, type NetworkAccess } from '../constructs/network.ts';

export interface NetworkStackProps extends StackProps {
  readonly environment: Pick<Environment, 'logRetentionDays'>;
  readonly settings: NewNetworkSettings;
}

/** The network that broker and functions share. There is none of these where an environment names a network that exists. */
export class NetworkStack extends Stack {
  readonly access: NetworkAccess;

  constructor(scope: Construct, id: string, { environment, settings, ...props }: NetworkStackProps) {
    super(scope, id, props);
    this.access = new Network(this, 'Network', { settings, logRetentionDays: environment.logRetentionDays });
    new CfnOutput(this, 'VpcId', { value: this.access.vpc.vpcId });
  }
}
