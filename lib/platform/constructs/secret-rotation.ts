import { join } from 'node:path';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { type CfnEventSourceMapping, CfnPermission } from 'aws-cdk-lib/aws-lambda';
import { CfnRotationSchedule } from 'aws-cdk-lib/aws-secretsmanager';
import { Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { FunctionEnvironment } from '../config/function-environment.ts';
import { projectRoot } from '../project-root.ts';
import type { Broker } from './broker.ts';
import type { BrokerTopology } from './broker-topology.ts';
import { permitUpdates } from './queue-mapping.ts';
import { VpcFunction } from './vpc-function.ts';

export interface SecretRotationProps {
  readonly broker: Broker;
  /** Its users' secrets rotate. */
  readonly topology: BrokerTopology;
  /** Mappings that log in with one of these secrets. */
  readonly mappings: readonly CfnEventSourceMapping[];
  /** 1 to 1000. */
  readonly everyDays: number;
  readonly logRetentionDays: number;
}

/** A step takes a second or two; the rest is for a broker that is restarting. */
const timeoutSeconds = 120;

/**
 * Gives the broker users of the topology new passwords, one function for all of their secrets. The administrator's secret is read for it and does
 * not rotate: CloudFormation knows the broker's first password, and what it makes of another one at its next update is not documented.
 */
export class SecretRotation extends Construct {
  readonly handler: VpcFunction;

  constructor(scope: Construct, id: string, props: SecretRotationProps) {
    super(scope, id);
    const { broker, topology, everyDays } = props;
    this.handler = new VpcFunction(this, 'Handler', {
      entry: join(projectRoot, 'lib', 'platform', 'functions', 'secret-rotation', 'handler.ts'),
      service: 'secret-rotation',
      description: 'Rotates the secrets of broker users',
      vpc: broker.vpc,
      securityGroup: broker.management,
      // New passwords are tried out over AMQP.
      furtherSecurityGroups: [broker.clients],
      timeoutSeconds,
      memoryMegabytes: 256,
      logRetentionDays: props.logRetentionDays,
      environment: {
        [FunctionEnvironment.brokerEndpoints]: broker.endpoints,
        [FunctionEnvironment.brokerVhost]: topology.vhost,
        [FunctionEnvironment.brokerArn]: broker.arn,
        [FunctionEnvironment.managementUrl]: broker.managementUrl,
        [FunctionEnvironment.adminSecretArn]: broker.adminSecret.secretArn,
      },
    });
    this.permit(props);
    const permission = new CfnPermission(this, 'Permission', {
      action: 'lambda:InvokeFunction',
      functionName: this.handler.function.functionArn,
      principal: 'secretsmanager.amazonaws.com',
      sourceAccount: Stack.of(this).account,
    });
    for (const { username, secretArn } of topology.userSecrets) {
      const schedule = new CfnRotationSchedule(this, `Schedule ${username}`, {
        secretId: secretArn,
        rotationLambdaArn: this.handler.function.functionArn,
        rotationRules: { automaticallyAfterDays: everyDays },
        // A deployment changes no password. Secrets Manager tries the function's testSecret out instead, for which the users must be there.
        rotateImmediatelyOnUpdate: false,
      });
      schedule.node.addDependency(topology, this.handler.role, permission);
    }
  }

  private permit({ broker, topology, mappings }: SecretRotationProps): void {
    const { role } = this.handler;
    broker.adminSecret.grantRead(role);
    role.addToPolicy(
      new PolicyStatement({
        actions: [
          'secretsmanager:DescribeSecret',
          'secretsmanager:GetSecretValue',
          'secretsmanager:PutSecretValue',
          'secretsmanager:UpdateSecretVersionStage',
        ],
        resources: topology.userSecrets.map(({ secretArn }) => secretArn),
      }),
    );
    // IAM knows no resource for listing; the role's other wildcard is for network interfaces.
    role.addToPolicy(new PolicyStatement({ actions: ['lambda:ListEventSourceMappings'], resources: ['*'] }));
    permitUpdates(role, mappings);
  }
}
