import {
  FlowLogDestination,
  FlowLogTrafficType,
  GatewayVpcEndpointAwsService,
  IpAddresses,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Fn, RemovalPolicy, Validations } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { NetworkSettings } from '../config/environment.ts';

export interface NetworkProps {
  readonly settings: NetworkSettings;
  readonly logRetentionDays: number;
}

/**
 * A VPC with private subnets for broker and functions. They reach AWS through NAT gateways, DynamoDB and S3 through gateway endpoints,
 * which are free and keep table traffic off the NAT's bill.
 */
export class Network extends Construct {
  readonly vpc: Vpc;

  constructor(scope: Construct, id: string, { settings, logRetentionDays }: NetworkProps) {
    super(scope, id);
    this.vpc = new Vpc(this, 'Vpc', {
      ipAddresses: IpAddresses.cidr('10.0.0.0/16'),
      // By index, not by name: CDK would look names up in an account, or settle for two zones.
      availabilityZones: Array.from({ length: settings.availabilityZones }, (_, index) =>
        Fn.select(index, Fn.getAzs()),
      ),
      natGateways: settings.natGateways,
      subnetConfiguration: [
        { name: 'public', subnetType: SubnetType.PUBLIC, cidrMask: 24 },
        { name: 'private', subnetType: SubnetType.PRIVATE_WITH_EGRESS, cidrMask: 20 },
      ],
      gatewayEndpoints: {
        dynamodb: { service: GatewayVpcEndpointAwsService.DYNAMODB },
        s3: { service: GatewayVpcEndpointAwsService.S3 },
      },
      // Nothing here joins the default security group; emptying it would take a function of CDK's own in every deployment.
      restrictDefaultSecurityGroup: false,
    });
    if (settings.flowLogs) {
      const logGroup = new LogGroup(this, 'FlowLogs', {
        retention: logRetentionDays,
        removalPolicy: RemovalPolicy.DESTROY,
      });
      this.vpc.addFlowLog('FlowLog', {
        destination: FlowLogDestination.toCloudWatchLogs(logGroup),
        trafficType: FlowLogTrafficType.ALL,
      });
    } else {
      Validations.of(this.vpc).acknowledge({
        id: 'AwsSolutions-VPC7',
        reason: 'This environment is not production and switches flow logs off for their price (network.flowLogs).',
      });
    }
  }
}
