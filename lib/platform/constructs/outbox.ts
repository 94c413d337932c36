import { join } from 'node:path';
import { AttributeType, ProjectionType, StreamViewType, type Table } from 'aws-cdk-lib/aws-dynamodb';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { CfnEventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import { Duration, Stack, Validations } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { DataSettings, OutboxSettings } from '../config/environment.ts';
import { FunctionEnvironment } from '../config/function-environment.ts';
import { outboxTable } from '../config/table-shapes.ts';
import { projectRoot } from '../project-root.ts';
import { outboxPublisher, publisherUser } from '../topology/users.ts';
import type { Broker } from './broker.ts';
import type { BrokerTopology } from './broker-topology.ts';
import { DataTable } from './data-table.ts';
import { VpcFunction } from './vpc-function.ts';

export interface OutboxProps {
  readonly broker: Broker;
  readonly topology: BrokerTopology;
  readonly data: DataSettings;
  readonly settings?: OutboxSettings;
  readonly logRetentionDays: number;
}

/** A relay that vanished holds its messages no longer than this, in seconds. */
const timeoutSeconds = 30;

/**
 * Events that are published if and only if the transaction commits that they were written with: a table that keeps them, and a
 * relay that publishes them, at once by the table's stream, and each minute whatever is left.
 */
export class Outbox extends Construct {
  readonly table: Table;
  readonly relay: VpcFunction;

  constructor(scope: Construct, id: string, props: OutboxProps) {
    super(scope, id);
    this.table = new DataTable(this, 'Table', {
      shape: outboxTable,
      stream: StreamViewType.KEYS_ONLY,
      settings: props.data,
    });
    this.table.addLocalSecondaryIndex({
      indexName: outboxTable.pendingIndex,
      sortKey: { name: outboxTable.pendingIndex, type: AttributeType.STRING },
      projectionType: ProjectionType.KEYS_ONLY,
    });
    this.relay = this.addRelay(props);
    this.addStream(props);
    this.addSchedule(props);
  }

  /** Lets a function add messages, alone or within its transactions. */
  addWriter(writer: VpcFunction): void {
    writer.function.addEnvironment(FunctionEnvironment.outboxTable, this.table.tableName);
    // Not by the table's own grant, which would permit the same on all its indexes.
    writer.role.addToPolicy(new PolicyStatement({ actions: ['dynamodb:PutItem'], resources: [this.table.tableArn] }));
  }

  private addRelay({ broker, topology, settings, logRetentionDays }: OutboxProps): VpcFunction {
    const user = topology.secretOf(publisherUser(outboxPublisher));
    const relay = new VpcFunction(this, 'Relay', {
      entry: join(projectRoot, 'lib', 'platform', 'functions', 'outbox-relay', 'handler.ts'),
      service: 'outbox-relay',
      description: 'Publishes what waits in the outbox',
      vpc: broker.vpc,
      securityGroup: broker.clients,
      timeoutSeconds,
      memoryMegabytes: 256,
      reservedConcurrency: settings?.maximumConcurrency,
      logRetentionDays,
      failedEvents: 'A failed run loses nothing: what it left in the outbox is published by the next, a minute later.',
      environment: {
        [FunctionEnvironment.brokerEndpoints]: broker.endpoints,
        [FunctionEnvironment.brokerSecretArn]: user.secretArn,
        [FunctionEnvironment.brokerVhost]: topology.vhost,
        [FunctionEnvironment.outboxTable]: this.table.tableName,
        // Environments and clones in one account count for themselves.
        POWERTOOLS_METRICS_NAMESPACE: Stack.of(this).stackName,
      },
    });
    user.grantRead(relay.role);
    relay.role.addToPolicy(
      new PolicyStatement({
        actions: ['dynamodb:Query', 'dynamodb:Scan'],
        resources: [`${this.table.tableArn}/index/${outboxTable.pendingIndex}`],
      }),
    );
    relay.role.addToPolicy(new PolicyStatement({ actions: ['dynamodb:UpdateItem'], resources: [this.table.tableArn] }));
    return relay;
  }

  private addStream({ topology }: OutboxProps): void {
    const streamArn = this.table.tableStreamArn ?? '';
    this.relay.role.addToPolicy(
      new PolicyStatement({
        actions: [
          'dynamodb:DescribeStream',
          'dynamodb:GetRecords',
          'dynamodb:GetShardIterator',
          'dynamodb:ListStreams',
        ],
        resources: [streamArn],
      }),
    );
    const mapping = new CfnEventSourceMapping(this, 'Stream', {
      functionName: this.relay.function.functionName,
      eventSourceArn: streamArn,
      startingPosition: 'TRIM_HORIZON',
      batchSize: 100,
      // What the relay itself writes is none of its business.
      filterCriteria: { filters: [{ pattern: JSON.stringify({ eventName: ['INSERT'] }) }] },
      bisectBatchOnFunctionError: true,
      maximumRetryAttempts: 2,
    });
    mapping.node.addDependency(topology, this.relay.role);
    Validations.of(mapping).acknowledge({
      id: 'Serverless-LambdaEventSourceMappingDestination',
      reason: 'Records given up lose nothing: the messages stay in the outbox, where the scheduled run finds them.',
    });
  }

  private addSchedule({ topology }: OutboxProps): void {
    const rule = new Rule(this, 'Schedule', {
      description: 'Publishes what the stream left in the outbox',
      schedule: Schedule.rate(Duration.minutes(1)),
      targets: [new LambdaFunction(this.relay.function)],
    });
    rule.node.addDependency(topology, this.relay.role);
    Validations.of(rule).acknowledge({
      id: 'Serverless-EventBusDLQ',
      reason: 'A run that did not take place loses nothing; the next one, a minute later, does its work.',
    });
  }
}
