import { CfnBroker } from 'aws-cdk-lib/aws-amazonmq';
import type { ISecurityGroup, IVpc } from 'aws-cdk-lib/aws-ec2';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Fn, Names, Validations } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { effectiveLimits, type ResourceLimits } from '../config/broker-limits.ts';
import type { BrokerSettings, EncryptionKey } from '../config/broker-settings.ts';
import { BrokerConfiguration } from './broker-configuration.ts';
import { BrokerSecurity } from './broker-security.ts';
import { BrokerUserSecret } from './broker-user-secret.ts';
import { ConnectionBudget } from './connection-budget.ts';
import { dataRemovalPolicy } from './data-removal-policy.ts';
import type { NetworkAccess } from './network.ts';
import { privateSubnets } from './private-subnets.ts';

export interface BrokerProps {
  readonly network: NetworkAccess;
  readonly settings: BrokerSettings;
  /** Broker and administrator's secret survive the deletion of their stack. */
  readonly retain: boolean;
}

/** A private Amazon MQ broker for RabbitMQ: TLS only, encrypted, logged, its administrator's password made up by Secrets Manager. */
export class Broker extends Construct {
  readonly vpc: IVpc;
  readonly arn: string;
  /** Comma-separated `amqps://host:port`. */
  readonly endpoints: string;
  /** `https://…`, console and management API. */
  readonly managementUrl: string;
  /** For declaring the topology; no function that handles messages may read it. */
  readonly adminSecret: BrokerUserSecret;
  /** Its own, which admits whoever connects to it. */
  readonly securityGroup: ISecurityGroup;
  /** Security group of interface endpoints, which must admit whoever uses them. @default there are none, or they are somebody else's matter */
  readonly endpointsGroup?: ISecurityGroup;
  /** Security group of whoever publishes to the broker. */
  readonly clients: ISecurityGroup;
  /** Security group of whoever uses the management API. */
  readonly management: ISecurityGroup;
  readonly connections: ConnectionBudget;
  /** @default not known for its instance type */
  readonly limits?: ResourceLimits;

  constructor(scope: Construct, id: string, { network, settings, retain }: BrokerProps) {
    super(scope, id);
    const { vpc } = network;
    const security = new BrokerSecurity(this, 'Security', network);
    const configuration = new BrokerConfiguration(this, 'Settings', {
      engineVersion: settings.engineVersion,
      settings: settings.configuration,
    });
    this.adminSecret = new BrokerUserSecret(this, 'AdminSecret', {
      username: 'admin',
      purpose: 'administrator, for topology and rotation only',
      retain,
    });
    Validations.of(this.adminSecret).acknowledge({
      id: 'AwsSolutions-SMG4',
      reason:
        "CloudFormation hands the administrator's password to Amazon MQ when it makes the broker. What it does at its next update with one that has changed is not documented, so it is changed by hand (docs/rotation.md). Nobody reads it but topology and rotation, inside the VPC.",
    });
    const { subnetIds } = vpc.selectSubnets(privateSubnets(vpc));
    const broker = new CfnBroker(this, 'Broker', {
      // A broker must be named, and another name is another broker.
      brokerName: Names.uniqueResourceName(this, { maxLength: 50, separator: '-' }),
      engineType: 'RABBITMQ',
      engineVersion: settings.engineVersion,
      hostInstanceType: settings.instanceType,
      deploymentMode: settings.deploymentMode,
      publiclyAccessible: false,
      subnetIds: settings.deploymentMode === 'SINGLE_INSTANCE' ? subnetIds.slice(0, 1) : subnetIds.slice(0, 3),
      securityGroups: [security.broker.securityGroupId],
      // Always stated: a later change replaces the broker, with its messages.
      encryptionOptions: this.encryption(settings.encryptionKey, retain),
      // Amazon MQ takes nothing else for RabbitMQ 3.13 and above.
      autoMinorVersionUpgrade: true,
      maintenanceWindowStartTime: settings.maintenanceWindow,
      logs: { general: true },
      configuration: { id: configuration.id, revision: configuration.revision },
      users: [
        {
          username: this.adminSecret.username,
          password: this.adminSecret.secretValueFromJson('password').unsafeUnwrap(),
        },
      ],
    });
    broker.applyRemovalPolicy(dataRemovalPolicy(retain));
    this.vpc = vpc;
    this.arn = broker.attrArn;
    this.endpoints = Fn.join(',', broker.attrAmqpEndpoints);
    this.managementUrl = Fn.select(0, broker.attrConsoleUrLs);
    this.securityGroup = security.broker;
    this.endpointsGroup = network.endpoints;
    this.clients = security.clients;
    this.management = security.management;
    this.limits = effectiveLimits(settings);
    this.connections = new ConnectionBudget(this, 'Connections', { settings, clients: security.clients });
  }

  /** Amazon MQ makes its grants on the key in the name of whoever deploys; the key's policy leaves that to IAM. */
  private encryption(key: EncryptionKey | undefined, retain: boolean): CfnBroker.EncryptionOptionsProperty {
    if (key === undefined) return { useAwsOwnedKey: true };
    if (key !== 'create') return { useAwsOwnedKey: false, kmsKeyId: key.arn };
    const created = new Key(this, 'Key', {
      description: 'Disks of the RabbitMQ broker',
      enableKeyRotation: true,
      // Without its key a broker that stays is lost.
      removalPolicy: dataRemovalPolicy(retain),
    });
    return { useAwsOwnedKey: false, kmsKeyId: created.keyArn };
  }
}
