import { join } from 'node:path';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type { IGrantable, IPrincipal } from 'aws-cdk-lib/aws-iam';
import type { CfnEventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import { Annotations, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { ConsumerSettings } from '../config/environment.ts';
import { FunctionEnvironment } from '../config/function-environment.ts';
import { quorumPrefetchLimit } from '../config/message-limits.ts';
import type { RetrySettings } from '../config/retry-settings.ts';
import { type SecretReference, secretId } from '../config/secret-reference.ts';
import type { Broker } from './broker.ts';
import type { BrokerTopology } from './broker-topology.ts';
import { CanaryRelease } from './canary-release.ts';
import { QueueMapping } from './queue-mapping.ts';
import { secretAccess } from './secret-access.ts';
import { VpcFunction } from './vpc-function.ts';

export interface ConsumerProps {
  /** Name in the declaration; also of the function's folder. */
  readonly name: string;
  /** Queues that it reads, each through a mapping of its own. */
  readonly queues: readonly string[];
  /** Folder that holds `<name>/handler.ts`. */
  readonly functionsFolder: string;
  readonly broker: Broker;
  readonly topology: BrokerTopology;
  readonly claimTable: ITable;
  readonly settings: ConsumerSettings;
  readonly retry: RetrySettings;
  readonly logRetentionDays: number;
}

/** A function behind its queues, with everything that the consumer run time needs to settle messages by itself. */
export class Consumer extends Construct implements IGrantable {
  readonly handler: VpcFunction;
  readonly queues: readonly string[];
  /** One for each queue. */
  readonly mappings: readonly CfnEventSourceMapping[];

  constructor(scope: Construct, id: string, props: ConsumerProps) {
    super(scope, id);
    const { broker, topology, claimTable, settings } = props;
    const user = topology.functionSecret(props.name);
    this.queues = props.queues;
    this.handler = new VpcFunction(this, 'Handler', {
      entry: join(props.functionsFolder, props.name, 'handler.ts'),
      service: props.name,
      description: `Consumer ${props.name}`,
      vpc: broker.vpc,
      securityGroup: broker.clients,
      timeoutSeconds: settings.timeoutSeconds,
      memoryMegabytes: settings.memoryMegabytes,
      logRetentionDays: props.logRetentionDays,
      environment: {
        [FunctionEnvironment.brokerEndpoints]: broker.endpoints,
        [FunctionEnvironment.brokerSecretArn]: user.secretArn,
        [FunctionEnvironment.brokerVhost]: topology.vhost,
        [FunctionEnvironment.claimTable]: claimTable.tableName,
        [FunctionEnvironment.retryPolicy]: JSON.stringify(props.retry),
        // Environments and clones in one account count for themselves.
        POWERTOOLS_METRICS_NAMESPACE: Stack.of(this).stackName,
      },
    });
    user.grantRead(this.handler.role);
    // Claims and settlements are conditional updates, alone or as part of a transaction. Who waits of each order key is read once a batch.
    claimTable.grant(this.handler.role, 'dynamodb:UpdateItem', 'dynamodb:BatchGetItem');
    const release =
      settings.canaryMinutes === undefined
        ? undefined
        : new CanaryRelease(this, 'Release', {
            consumer: props.name,
            handler: this.handler,
            minutes: settings.canaryMinutes,
          });
    this.mappings = props.queues.map((queue) => {
      const { mapping } = new QueueMapping(this, `Queue ${queue}`, {
        queue,
        vhost: topology.vhost,
        broker,
        user: topology.mappingSecret(props.name),
        target: this.handler,
        alias: release?.alias,
        settings,
        topology,
        logRetentionDays: props.logRetentionDays,
      });
      return mapping;
    });
    if (settings.batchSize > quorumPrefetchLimit) {
      Annotations.of(this).addWarningV2(
        'batchSizeAbovePrefetch',
        `batchSize is ${settings.batchSize}; a quorum queue hands out at most ${quorumPrefetchLimit} messages at a time, larger batches never fill`,
      );
    }
  }

  get grantPrincipal(): IPrincipal {
    return this.handler.role;
  }

  /** Tells the function the name of a table in an environment variable and permits these actions on it. */
  useTable(variable: string, table: ITable, ...actions: readonly `dynamodb:${string}`[]): void {
    this.handler.function.addEnvironment(variable, table.tableName);
    table.grant(this, ...actions);
  }

  useVariable(variable: string, value: string): void {
    this.handler.function.addEnvironment(variable, value);
  }

  /** Tells the function in an environment variable where a secret is and permits it to read this one. */
  useSecret(variable: string, reference: SecretReference): void {
    this.handler.function.addEnvironment(variable, secretId(reference));
    for (const statement of secretAccess(this, reference)) this.handler.role.addToPrincipalPolicy(statement);
  }
}
