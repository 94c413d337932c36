import { join } from 'node:path';
import { CustomResource, Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { capacityProblems } from '../config/broker-capacity.ts';
import { projectRoot } from '../project-root.ts';
import type { Topology } from '../topology/model.ts';
import { functionUser, mappingUser } from '../topology/users.ts';
import type { Broker } from './broker.ts';
import { BrokerUserSecret } from './broker-user-secret.ts';
import { VpcFunction } from './vpc-function.ts';

export interface BrokerTopologyProps {
  readonly broker: Broker;
  readonly topology: Topology;
  /** Secrets survive the deletion of their stack. */
  readonly retain: boolean;
  readonly logRetentionDays: number;
}

/** Time that the function has to wait for the broker and to declare everything, in seconds. */
const timeoutSeconds = 600;

/** There is no user of that name in the topology. */
export class UnknownBrokerUserError extends Error {
  override readonly name = 'UnknownBrokerUserError';
}

/**
 * Exchanges, queues, bindings, policies, users and permissions on the broker, with a secret for each user. No CloudFormation resource declares
 * these, so a custom resource does, through the management API. Whatever uses a queue or a user depends on this construct.
 */
export class BrokerTopology extends Construct {
  readonly vhost: string;
  private readonly secrets: ReadonlyMap<string, BrokerUserSecret>;

  constructor(scope: Construct, id: string, { broker, topology, retain, logRetentionDays }: BrokerTopologyProps) {
    super(scope, id);
    this.vhost = topology.vhost.name;
    const demand = { queues: topology.queues.length, exchanges: topology.exchanges.length };
    this.node.addValidation({ validate: () => [...capacityProblems(demand, broker.limits)] });
    this.secrets = new Map(
      topology.users
        .filter(({ alternateOf }) => alternateOf === undefined)
        .map(({ name }) => [
          name,
          new BrokerUserSecret(this, `User ${name}`, { username: name, purpose: `vhost ${this.vhost}`, retain }),
        ]),
    );
    const provider = new VpcFunction(this, 'Provider', {
      entry: join(projectRoot, 'lib', 'platform', 'functions', 'topology', 'handler.ts'),
      service: 'topology',
      description: 'Declares the topology on the broker',
      vpc: broker.vpc,
      securityGroup: broker.management,
      timeoutSeconds,
      memoryMegabytes: 256,
      logRetentionDays,
      environment: {},
      // What is declared now, for when what was before is removed.
      configuration: topology,
    });
    for (const secret of [broker.adminSecret, ...this.secrets.values()]) {
      secret.grantRead(provider.role);
    }
    const resource = new CustomResource(this, 'Resource', {
      resourceType: 'Custom::RabbitMqTopology',
      serviceToken: provider.function.functionArn,
      // A function that vanished without an answer fails the deployment soon, not after CloudFormation's hour.
      serviceTimeout: Duration.seconds(timeoutSeconds + 60),
      properties: {
        ManagementUrl: broker.managementUrl,
        AdminSecretArn: broker.adminSecret.secretArn,
        // One string: CloudFormation hands numbers and booleans of custom resources on as strings.
        Topology: JSON.stringify(topology),
        UserSecretArns: Object.fromEntries([...this.secrets].map(([name, secret]) => [name, secret.secretArn])),
      },
    });
    // Permissions must be there before the function is called, and still be there when the resource is deleted.
    resource.node.addDependency(provider.role);
  }

  /** One for each pair of users that take turns. */
  get userSecrets(): readonly BrokerUserSecret[] {
    return [...this.secrets.values()];
  }

  /** Secret of the user that the function of a consumer logs in as. */
  functionSecret(consumer: string): BrokerUserSecret {
    return this.secretOf(functionUser(consumer));
  }

  /** Secret of the user that the mappings of a consumer log in as. */
  mappingSecret(consumer: string): BrokerUserSecret {
    return this.secretOf(mappingUser(consumer));
  }

  /**
   * Secret of any user.
   * @throws UnknownBrokerUserError
   */
  secretOf(user: string): BrokerUserSecret {
    const secret = this.secrets.get(user);
    if (secret === undefined) {
      throw new UnknownBrokerUserError(
        `broker user ${user} is not in the topology; it has ${[...this.secrets.keys()].join(', ')}`,
      );
    }
    return secret;
  }
}
