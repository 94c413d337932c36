import { type ISecurityGroup, type IVpc, SecurityGroup, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Annotations } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { ExistingNetworkSettings } from '../config/network-settings.ts';
import type { NetworkAccess } from './network.ts';

/** A network that is there already, by its attributes: nothing is looked up in an account, nothing in it is changed but for the rules of security groups. */
export class ExistingNetwork extends Construct implements NetworkAccess {
  readonly vpc: IVpc;
  readonly endpoints?: ISecurityGroup;

  constructor(scope: Construct, id: string, { existing }: ExistingNetworkSettings) {
    super(scope, id);
    this.vpc = Vpc.fromVpcAttributes(this, 'Vpc', {
      vpcId: existing.vpcId,
      availabilityZones: [...existing.availabilityZones],
      privateSubnetIds: [...existing.privateSubnetIds],
    });
    for (const subnet of this.vpc.privateSubnets) {
      Annotations.of(subnet).acknowledgeWarning(
        '@aws-cdk/aws-ec2:noSubnetRouteTableId',
        'Routes of an existing network are not touched.',
      );
    }
    if (existing.endpointSecurityGroupId !== undefined) {
      this.endpoints = SecurityGroup.fromSecurityGroupId(this, 'Endpoints', existing.endpointSecurityGroupId);
    }
  }
}
