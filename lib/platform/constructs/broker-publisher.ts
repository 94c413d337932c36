import { type IConnectable, type ISecurityGroup, Port } from 'aws-cdk-lib/aws-ec2';
import type { BaseService, ContainerDefinition } from 'aws-cdk-lib/aws-ecs';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import { Validations } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';
import { FunctionEnvironment } from '../config/function-environment.ts';
import { OperatorError } from '../config/operator-error.ts';
import { publisherUser } from '../topology/users.ts';
import type { Broker } from './broker.ts';
import { amqpsPort } from './broker-security.ts';
import type { BrokerTopology } from './broker-topology.ts';
import type { BrokerUserSecret } from './broker-user-secret.ts';

export interface ServiceConnections {
  /**
   * Tasks that may run at a time, those of a deployment included: the desired count, or the most that its scaling asks for, times `maxHealthyPercent`
   * of 100. With CDK's default of 200 %, twice the count.
   */
  readonly tasks: number;
  /** Connections of one task: one for each `createPublisher`. @default 1 */
  readonly connectionsPerTask?: number;
  /** The container that publishes. @default the default container of its task definition */
  readonly container?: ContainerDefinition;
}

/** What cannot be connected as it is. */
export class InvalidPublisherError extends OperatorError {
  override readonly name = 'InvalidPublisherError';
}

/** A publisher of `lib/app.ts` that runs outside of Lambda, for stacks that run it: who may log in as it, and from where. */
export class BrokerPublisher {
  readonly name: string;
  /** `{"username","password"}`; changes with each rotation, so it is read when a connection is opened, and in no variable. */
  readonly secret: BrokerUserSecret;
  /** What `connectionSettings()` of `#publisher` reads in the environment. */
  readonly variables: Readonly<Record<string, string>>;
  readonly #broker: Broker;
  readonly #topology: BrokerTopology;

  constructor(name: string, broker: Broker, topology: BrokerTopology) {
    this.name = name;
    this.secret = topology.secretOf(publisherUser(name));
    this.variables = {
      [FunctionEnvironment.brokerEndpoints]: broker.endpoints,
      [FunctionEnvironment.brokerSecretArn]: this.secret.secretArn,
      [FunctionEnvironment.brokerVhost]: topology.vhost,
    };
    this.#broker = broker;
    this.#topology = topology;
  }

  /**
   * Lets the tasks of a service publish: its container gets the variables, its task role may read the secret, its security group may reach the broker, and
   * its connections count in the broker's budget.
   *
   * @throws InvalidPublisherError where there is no container yet, or a number is not a whole one above 0
   */
  connectService(service: BaseService, { tasks, connectionsPerTask = 1, container }: ServiceConnections): void {
    const { taskDefinition } = service;
    const publishing = container ?? taskDefinition.defaultContainer;
    if (!publishing)
      throw new InvalidPublisherError(
        `${service.node.path}: its task definition has no container yet; add one before connectService`,
      );
    const connections = whole(service, 'tasks', tasks) * whole(service, 'connectionsPerTask', connectionsPerTask);
    for (const [variable, value] of Object.entries(this.variables)) publishing.addEnvironment(variable, value);
    Validations.of(taskDefinition).acknowledge({
      id: 'AwsSolutions-ECS2',
      reason:
        'Addresses of the broker and the ARN of a secret, none of which is secret. The password is in no variable: it changes while tasks run.',
    });
    this.#admit(service, service, taskDefinition.taskRole, connections);
  }

  /**
   * The same for anything else that has a role and a security group, such as an instance or a function of your own; `variables` are yours to set.
   *
   * @param connections that it may have at a time, all copies of it together
   * @throws InvalidPublisherError where this is not a whole number above 0
   */
  connect(client: IConstruct & IConnectable & IGrantable, { connections }: { readonly connections: number }): void {
    this.#admit(client, client, client, whole(client, 'connections', connections));
  }

  #admit(place: IConstruct, from: IConnectable, reader: IGrantable, connections: number): void {
    this.secret.grantRead(reader);
    const { securityGroup, endpointsGroup } = this.#broker;
    for (const group of from.connections.securityGroups) {
      open(group, securityGroup, amqpsPort, `AMQPS of publisher ${this.name}`);
      if (endpointsGroup) open(group, endpointsGroup, 443, `AWS services, from publisher ${this.name}`);
    }
    // Before its first login there has to be its user.
    place.node.addDependency(this.#topology);
    this.#broker.connections.addConnections(this.name, place.node.path, connections);
  }
}

/** Rules belong to the client's stack: the broker's knows nothing of it. */
const open = (from: ISecurityGroup, to: ISecurityGroup, port: number, description: string): void => {
  to.addIngressRule(from, Port.tcp(port), description, true);
  if (!from.allowAllOutbound) from.addEgressRule(to, Port.tcp(port), description);
};

const whole = ({ node }: IConstruct, name: string, value: number): number => {
  if (Number.isInteger(value) && value > 0) return value;
  throw new InvalidPublisherError(`${node.path}: ${name} is ${value}; it must be a whole number above 0`);
};
