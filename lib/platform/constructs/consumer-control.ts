import { join } from 'node:path';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { CircuitBreakerSettings, ControlledConsumers } from '../config/circuit-breaker-settings.ts';
import type { DataSettings } from '../config/environment.ts';
import { FunctionEnvironment } from '../config/function-environment.ts';
import { circuitTable, healthTable } from '../config/table-shapes.ts';
import { projectRoot } from '../project-root.ts';
import type { Broker } from './broker.ts';
import type { Consumer } from './consumer.ts';
import { DataTable } from './data-table.ts';
import { EveryMinute } from './every-minute.ts';
import { permitUpdates } from './queue-mapping.ts';
import { VpcFunction } from './vpc-function.ts';

export interface ConsumerControlProps {
  /** For its network. */
  readonly broker: Broker;
  /** Virtual host of their queues. */
  readonly vhost: string;
  /** By name. */
  readonly consumers: ReadonlyMap<string, Consumer>;
  /** Of most consumers. @default none */
  readonly breaker?: CircuitBreakerSettings;
  /** Of those that differ, by name. */
  readonly breakers: Readonly<Record<string, CircuitBreakerSettings | null>>;
  readonly data: DataSettings;
  readonly logRetentionDays: number;
}

/** Of a minute. A look at a consumer takes a few milliseconds, a change of a mapping a fraction of a second; both are done one after the other. */
const timeoutSeconds = 50;

/**
 * Pauses consumers and lets them go on, by switching their mappings: by itself where nearly everything fails, and when an operator invokes the function.
 * It may switch these mappings and no others. Consumers say how they fare in a table of their own, in which they can change nothing else.
 */
export class ConsumerControl extends Construct {
  readonly handler: VpcFunction;

  constructor(scope: Construct, id: string, props: ConsumerControlProps) {
    super(scope, id);
    const { broker, consumers, breaker, breakers } = props;
    const health = new DataTable(this, 'Health', { shape: healthTable, settings: props.data });
    const circuits = new DataTable(this, 'Circuits', { shape: circuitTable, settings: props.data });
    const queues = Object.fromEntries([...consumers].map(([name, consumer]) => [name, consumer.queues]));
    const mappings = [...consumers.values()].flatMap((consumer) => consumer.mappings);
    const configuration: ControlledConsumers = { queues, breaker, breakers };
    this.handler = new VpcFunction(this, 'Handler', {
      entry: join(projectRoot, 'lib', 'platform', 'functions', 'consumer-control', 'handler.ts'),
      service: 'consumer-control',
      description: 'Pauses consumers whose attempts fail, and lets them go on',
      vpc: broker.vpc,
      securityGroup: broker.management,
      timeoutSeconds,
      memoryMegabytes: 256,
      logRetentionDays: props.logRetentionDays,
      failedEvents: 'A failed run loses nothing: the next, a minute later, looks anew.',
      environment: {
        [FunctionEnvironment.healthTable]: health.tableName,
        [FunctionEnvironment.circuitTable]: circuits.tableName,
        [FunctionEnvironment.brokerArn]: broker.arn,
        [FunctionEnvironment.brokerVhost]: props.vhost,
        // Environments and clones in one account count for themselves.
        POWERTOOLS_METRICS_NAMESPACE: Stack.of(this).stackName,
      },
      configuration,
    });
    // A queue that no mapping reads is one that fails.
    this.handler.function.node.addDependency(...mappings);
    health.grant(this.handler.role, 'dynamodb:Query');
    circuits.grant(this.handler.role, 'dynamodb:BatchGetItem', 'dynamodb:PutItem');
    // IAM knows no resource for listing; the role's other wildcard is for network interfaces.
    this.handler.role.addToPolicy(
      new PolicyStatement({ actions: ['lambda:ListEventSourceMappings'], resources: ['*'] }),
    );
    permitUpdates(this.handler.role, mappings);
    new EveryMinute(this, 'Schedule', { target: this.handler, description: 'Looks after the consumers' });
    for (const [name, consumer] of consumers) {
      const hasBreaker = Object.hasOwn(breakers, name) ? breakers[name] !== null : breaker !== undefined;
      if (hasBreaker) consumer.useTable(FunctionEnvironment.healthTable, health, 'dynamodb:UpdateItem');
    }
  }
}
