import { PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import { CfnEventSourceMapping, type IAlias } from 'aws-cdk-lib/aws-lambda';
import { Validations } from 'aws-cdk-lib/core';
import { Construct, type IDependable } from 'constructs';
import type { ConsumerSettings } from '../config/environment.ts';
import { filterPattern } from '../config/message-filter.ts';
import type { Broker } from './broker.ts';
import type { BrokerUserSecret } from './broker-user-secret.ts';
import { MappingDeletion } from './mapping-deletion.ts';
import type { VpcFunction } from './vpc-function.ts';

export interface QueueMappingProps {
  readonly queue: string;
  readonly vhost: string;
  readonly broker: Broker;
  /** User that the mapping logs in as; reads the queue. */
  readonly user: BrokerUserSecret;
  readonly target: VpcFunction;
  /** Of the target, to be invoked by. @default the newest code is invoked */
  readonly alias?: IAlias;
  readonly settings: Pick<ConsumerSettings, 'batchSize' | 'maximumBatchingWindowSeconds' | 'filter'>;
  /** What declares the queue and the user: a mapping to a queue that does not exist fails. */
  readonly topology: IDependable;
  readonly logRetentionDays: number;
}

/**
 * Lambda reads a queue and invokes a function with batches of its messages. States only what RabbitMQ mappings heed: they ignore
 * destinations, maximum retries, bisecting, partial responses, scaling, pollers, logging and metrics settings without a word.
 */
export class QueueMapping extends Construct {
  readonly mapping: CfnEventSourceMapping;

  constructor(scope: Construct, id: string, props: QueueMappingProps) {
    super(scope, id);
    const { broker, target, user, settings } = props;
    user.grantRead(target.role);
    target.role.addToPolicy(new PolicyStatement({ actions: ['mq:DescribeBroker'], resources: [broker.arn] }));
    // Lambda cannot move a mapping to another vhost. The vhost in the name makes CloudFormation replace it instead.
    this.mapping = new CfnEventSourceMapping(this, `Vhost ${props.vhost}`, {
      functionName: (props.alias ?? target.function).functionName,
      eventSourceArn: broker.arn,
      queues: [props.queue],
      batchSize: settings.batchSize,
      maximumBatchingWindowInSeconds: settings.maximumBatchingWindowSeconds,
      sourceAccessConfigurations: [
        { type: 'BASIC_AUTH', uri: user.secretArn },
        { type: 'VIRTUAL_HOST', uri: props.vhost },
      ],
      ...(settings.filter && {
        filterCriteria: { filters: settings.filter.patterns.map((pattern) => ({ pattern: filterPattern(pattern) })) },
        kmsKeyArn: settings.filter.keyArn,
      }),
    });
    // The role with its policy: Lambda uses it for the mapping's network interfaces from the mapping's first moment to its last.
    this.mapping.node.addDependency(props.topology, target.role);
    MappingDeletion.of(this, props.logRetentionDays).delete(this.mapping);
    broker.connections.addMapping(props.queue, target);
    Validations.of(this.mapping).acknowledge({
      id: 'Serverless-LambdaEventSourceMappingDestination',
      reason:
        'RabbitMQ mappings have no on-failure destination; the function sends dead letters to the dead-letter queue itself.',
    });
  }
}

/** Lets a role switch these mappings and no others. An application without consumers has none, and IAM takes no statement without a resource. */
export const permitUpdates = (role: Role, mappings: readonly CfnEventSourceMapping[]): void => {
  if (mappings.length === 0) return;
  role.addToPolicy(
    new PolicyStatement({
      actions: ['lambda:UpdateEventSourceMapping'],
      resources: mappings.map(({ attrEventSourceMappingArn }) => attrEventSourceMappingArn),
    }),
  );
};
