import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { Environment } from '../config/environment.ts';
import { isExisting } from '../config/network-settings.ts';
import { Broker } from '../constructs/broker.ts';
import { ExistingNetwork } from '../constructs/existing-network.ts';
import type { NetworkAccess } from '../constructs/network.ts';

export interface BrokerStackProps extends StackProps {
  readonly environment: Environment;
  /** The network of the stacks' own. @default the existing one that the environment names */
  readonly network?: NetworkAccess;
}

/** A broker without a network to be in. */
export class MissingNetworkError extends Error {
  override readonly name = 'MissingNetworkError';
}

/**
 * The broker and its administrator. Takes half an hour to create and is seldom changed. What it is to carry, and for whom, belongs to the
 * processing stack, so that adding and removing a consumer is one deployment of one stack.
 */
export class BrokerStack extends Stack {
  readonly broker: Broker;

  constructor(scope: Construct, id: string, { environment, network, ...props }: BrokerStackProps) {
    super(scope, id, props);
    this.broker = new Broker(this, 'Broker', {
      network: network ?? this.existingNetwork(environment),
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
  private existingNetwork({ name, network }: Environment): NetworkAccess {
    if (isExisting(network)) return new ExistingNetwork(this, 'Network', network);
    throw new MissingNetworkError(
      `environment ${name} names no existing network; give the broker's stack that of a network stack`,
    );
  }
}
