import { join } from 'node:path';
import { CfnOutput, Lazy, Stack, type StackProps } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { CircuitBreakerSettings } from '../config/circuit-breaker-settings.ts';
import type { DataSettings, Environment } from '../config/environment.ts';
import { secretVariable, tableVariable } from '../config/function-environment.ts';
import { OperatorError } from '../config/operator-error.ts';
import { claimTable } from '../config/table-shapes.ts';
import type { Broker } from '../constructs/broker.ts';
import { BrokerTopology } from '../constructs/broker-topology.ts';
import { ClaimCheckBucket } from '../constructs/claim-check-bucket.ts';
import { Consumer } from '../constructs/consumer.ts';
import { ConsumerControl } from '../constructs/consumer-control.ts';
import { DataTable } from '../constructs/data-table.ts';
import { HttpApi } from '../constructs/http-api.ts';
import { Outbox } from '../constructs/outbox.ts';
import { SecretRotation } from '../constructs/secret-rotation.ts';
import type { Application } from '../declaration/application.ts';
import { topologyOf } from '../declaration/topology-of.ts';
import { projectRoot } from '../project-root.ts';
import { consumerQueues } from '../topology/consumer-queues.ts';
import { expandTopology } from '../topology/expand.ts';
import { publisherUser } from '../topology/users.ts';
import { validateTopology } from '../topology/validation/validate-topology.ts';

export interface ProcessingStackProps extends StackProps {
  readonly environment: Environment;
  readonly broker: Broker;
  readonly application: Application;
  /** Folder with `<consumer>/handler.ts`, and `http-api/handler.ts` where there is an HTTP API. @default functions */
  readonly functionsFolder?: string;
}

/** Settings are meant for a consumer that the application does not have. */
export class UnknownConsumerError extends OperatorError {
  override readonly name = 'UnknownConsumerError';
}

/** The topology and, for each consumer that it declares, a function behind its queues. */
export class ProcessingStack extends Stack {
  /** By name. */
  readonly consumers: ReadonlyMap<string, Consumer>;
  readonly topology: BrokerTopology;
  readonly control: ConsumerControl;
  /** By name. */
  readonly tables: ReadonlyMap<string, DataTable>;
  readonly claimChecks: ClaimCheckBucket;
  /** Where the application has one. */
  readonly outbox: Outbox | undefined;

  /** @throws UnknownConsumerError, InvalidTopologyError, MissingHandlerError */
  constructor(scope: Construct, id: string, props: ProcessingStackProps) {
    const { environment, broker, application, functionsFolder = join(projectRoot, 'functions'), ...stackProps } = props;
    super(scope, id, stackProps);
    const { data, logRetentionDays } = environment;
    const declaration = topologyOf(application);
    const topology = new BrokerTopology(this, 'Topology', {
      broker,
      topology: validTopology(declaration, environment.vhost),
      retain: data.retain,
      logRetentionDays,
    });
    this.topology = topology;
    const claims = new DataTable(this, 'Claims', { shape: claimTable, settings: data });
    this.consumers = new Map(
      Object.entries(declaration.consumers).map(([name, consumer]) => [
        name,
        new Consumer(this, name, {
          name,
          queues: consumerQueues(name, consumer),
          functionsFolder,
          broker,
          topology,
          claimTable: claims,
          settings: { ...environment.consumer, ...environment.consumers[name] },
          retry: environment.retry,
          logRetentionDays,
        }),
      ]),
    );
    const claimChecks = new ClaimCheckBucket(this, 'ClaimChecks');
    this.claimChecks = claimChecks;
    for (const { handler } of this.consumers.values()) claimChecks.addReader(handler);
    new CfnOutput(this, 'ClaimCheckBucket', {
      value: claimChecks.bucket.bucketName,
      description: 'CLAIM_CHECK_BUCKET of publishers; they need s3:PutObject on what is in it',
    });
    for (const name of Object.keys(environment.consumers)) {
      this.consumer(name);
    }
    this.outbox =
      application.outbox &&
      new Outbox(this, 'Outbox', { broker, topology, data, settings: environment.outbox, logRetentionDays });
    if (this.outbox) new CfnOutput(this, 'OutboxTable', { value: this.outbox.table.tableName });
    this.tables = this.addTables(application, data);
    this.addSettings(application, environment);
    this.control = new ConsumerControl(this, 'ConsumerControl', {
      broker,
      vhost: topology.vhost,
      consumers: this.consumers,
      breaker: environment.consumer.circuitBreaker,
      breakers: ownBreakers(environment),
      data,
      logRetentionDays,
    });
    new CfnOutput(this, 'ConsumerControlFunction', {
      value: this.control.handler.function.functionName,
      description: 'Pauses and resumes consumers: npm run mq -- consumer --function …',
    });
    new SecretRotation(this, 'Rotation', {
      broker,
      topology,
      mappings: [...this.consumers.values()].flatMap(({ mappings }) => mappings),
      everyDays: environment.secretRotationDays,
      logRetentionDays,
    });
    for (const publisher of Object.keys(application.publishers ?? {})) broker.connections.addPublisher(publisher);
    for (const publisher of Object.keys(declaration.publishers)) {
      new CfnOutput(this, `SecretArn-${publisher}`, {
        value: topology.secretOf(publisherUser(publisher)).secretArn,
        description: `Broker user and password of the publisher ${publisher}`,
      });
    }
    if (application.httpApi) {
      const { url, handler } = new HttpApi(this, 'Ingest', {
        broker,
        topology,
        functionsFolder,
        exchange: application.httpApi.exchange,
        settings: environment.httpApi,
        maximumMessageBytes: environment.broker.configuration.maxMessageSizeBytes,
        logRetentionDays,
      });
      this.outbox?.addWriter(handler);
      claimChecks.addWriter(handler);
      new CfnOutput(this, 'IngestUrl', { value: url, description: 'POST /events/{type} publishes an event' });
    }
    new CfnOutput(this, 'Vhost', { value: environment.vhost });
    new CfnOutput(this, 'BrokerConnections', {
      value: Lazy.string({ produce: () => broker.connections.describe() }),
      description: 'Who may connect to the broker, of how many it takes',
    });
    new CfnOutput(this, 'ClaimTable', { value: claims.tableName });
  }

  private addTables({ tables = {}, consumers }: Application, settings: DataSettings): ReadonlyMap<string, DataTable> {
    const made = new Map<string, DataTable>();
    for (const [name, shape] of Object.entries(tables)) {
      const table = new DataTable(this, name, { shape, settings });
      made.set(name, table);
      new CfnOutput(this, `${name}Table`, { value: table.tableName });
      for (const [consumer, { tables: used = {} }] of Object.entries(consumers)) {
        const actions = used[name]?.map((action) => `dynamodb:${action}` as const);
        if (actions) this.consumer(consumer).useTable(tableVariable(name), table, ...actions);
      }
    }
    return made;
  }

  private addSettings({ consumers }: Application, { variables = {}, secrets = {} }: Environment): void {
    for (const [name, used] of Object.entries(consumers)) {
      const consumer = this.consumer(name);
      for (const [variable, value] of Object.entries(variables))
        if (used.variables?.includes(variable)) consumer.useVariable(variable, value);
      for (const [secret, reference] of Object.entries(secrets))
        if (used.secrets?.includes(secret)) consumer.useSecret(secretVariable(secret), reference);
    }
  }

  /** @throws UnknownConsumerError */
  consumer(name: string): Consumer {
    const found = this.consumers.get(name);
    if (found === undefined) {
      const known = [...this.consumers.keys()].join(', ') || 'none';
      throw new UnknownConsumerError(`consumer ${name} has settings but is not in lib/app.ts, which has ${known}`);
    }
    return found;
  }
}

/** Circuit breakers of the consumers that have one of their own, or none where the others have one. */
const ownBreakers = ({ consumers }: Environment): Readonly<Record<string, CircuitBreakerSettings | null>> =>
  Object.fromEntries(
    Object.entries(consumers).flatMap(([name, settings]) =>
      'circuitBreaker' in settings ? [[name, settings.circuitBreaker ?? null]] : [],
    ),
  );

const validTopology = (declaration: ReturnType<typeof topologyOf>, vhost: string) => {
  const topology = expandTopology(declaration, { vhost });
  validateTopology(topology);
  return topology;
};
