import {
  FlowLogDestination,
  FlowLogTrafficType,
  GatewayVpcEndpointAwsService,
  IpAddresses,
  type ISecurityGroup,
  type IVpc,
  type SubnetConfiguration,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Fn, RemovalPolicy, Validations } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { AwsAccess, NewNetworkSettings } from '../config/network-settings.ts';
import { AwsEndpoints } from './aws-endpoints.ts';

export interface NetworkProps {
  readonly settings: NewNetworkSettings;
  readonly logRetentionDays: number;
}

/** What broker and functions need to know of the network that they are in. */
export interface NetworkAccess {
  readonly vpc: IVpc;
  /** Security group of the interface endpoints, which must admit whoever uses them. @default there are none, or they are somebody else's matter */
  readonly endpoints?: ISecurityGroup;
}

/**
 * A VPC with private subnets for broker and functions. They reach AWS through NAT gateways or through interface endpoints; DynamoDB and S3 through
 * gateway endpoints, which are free and keep table traffic off the bill. Gateway endpoints admit everything: custom resources answer to a bucket of
 * CloudFormation's, whose name is nobody's to know.
 */
export class Network extends Construct implements NetworkAccess {
  readonly vpc: Vpc;
  readonly endpoints?: ISecurityGroup;

  constructor(scope: Construct, id: string, { settings, logRetentionDays }: NetworkProps) {
    super(scope, id);
    const { awsAccess } = settings;
    this.vpc = new Vpc(this, 'Vpc', {
      ipAddresses: IpAddresses.cidr('10.0.0.0/16'),
      // By index, not by name: CDK would look names up in an account, or settle for two zones.
      availabilityZones: Array.from({ length: settings.availabilityZones }, (_, index) =>
        Fn.select(index, Fn.getAzs()),
      ),
      natGateways: awsAccess.by === 'nat' ? awsAccess.gateways : 0,
      subnetConfiguration: subnetsFor(awsAccess),
      gatewayEndpoints: {
        dynamodb: { service: GatewayVpcEndpointAwsService.DYNAMODB },
        s3: { service: GatewayVpcEndpointAwsService.S3 },
      },
      // Nothing here joins the default security group; emptying it would take a function of CDK's own in every deployment.
      restrictDefaultSecurityGroup: false,
    });
    if (awsAccess.by === 'endpoints') {
      this.endpoints = new AwsEndpoints(this, 'Endpoints', {
        vpc: this.vpc,
        additional: awsAccess.additional,
      }).securityGroup;
    }
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

const subnetsFor = ({ by }: AwsAccess): SubnetConfiguration[] =>
  by === 'nat'
    ? [
        { name: 'public', subnetType: SubnetType.PUBLIC, cidrMask: 24 },
        { name: 'private', subnetType: SubnetType.PRIVATE_WITH_EGRESS, cidrMask: 20 },
      ]
    : [{ name: 'private', subnetType: SubnetType.PRIVATE_ISOLATED, cidrMask: 20 }];
