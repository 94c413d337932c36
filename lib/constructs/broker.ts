import { CfnBroker } from 'aws-cdk-lib/aws-amazonmq';
import { type ISecurityGroup, type IVpc, SubnetType } from 'aws-cdk-lib/aws-ec2';
import { Fn, Names, RemovalPolicy } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { BrokerSettings } from '../config/environment.ts';
import { BrokerConfiguration } from './broker-configuration.ts';
import { BrokerSecurity } from './broker-security.ts';
import { BrokerUserSecret } from './broker-user-secret.ts';

export interface BrokerProps {
  readonly vpc: IVpc;
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
  /** Security group of whoever publishes to the broker. */
  readonly clients: ISecurityGroup;
  /** Security group of whoever uses the management API. */
  readonly management: ISecurityGroup;

  constructor(scope: Construct, id: string, { vpc, settings, retain }: BrokerProps) {
    super(scope, id);
    const security = new BrokerSecurity(this, 'Security', { vpc });
    const configuration = new BrokerConfiguration(this, 'Settings', {
      engineVersion: settings.engineVersion,
      settings: settings.configuration,
    });
    this.adminSecret = new BrokerUserSecret(this, 'AdminSecret', {
      username: 'admin',
      purpose: 'administrator, for the topology only',
      retain,
    });
    const privateSubnets = vpc.selectSubnets({ subnetType: SubnetType.PRIVATE_WITH_EGRESS }).subnetIds;
    const broker = new CfnBroker(this, 'Broker', {
      // A broker must be named, and another name is another broker.
      brokerName: Names.uniqueResourceName(this, { maxLength: 50, separator: '-' }),
      engineType: 'RABBITMQ',
      engineVersion: settings.engineVersion,
      hostInstanceType: settings.instanceType,
      deploymentMode: settings.deploymentMode,
      publiclyAccessible: false,
      subnetIds: settings.deploymentMode === 'SINGLE_INSTANCE' ? privateSubnets.slice(0, 1) : privateSubnets,
      securityGroups: [security.broker.securityGroupId],
      // Always stated: a later change replaces the broker, with its messages.
      encryptionOptions: { useAwsOwnedKey: true },
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
    broker.applyRemovalPolicy(retain ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY);
    this.vpc = vpc;
    this.arn = broker.attrArn;
    this.endpoints = Fn.join(',', broker.attrAmqpEndpoints);
    this.managementUrl = Fn.select(0, broker.attrConsoleUrLs);
    this.clients = security.clients;
    this.management = security.management;
  }
}
