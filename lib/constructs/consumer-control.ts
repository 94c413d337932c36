import { join } from 'node:path';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { CircuitBreakerSettings, ControlledConsumers } from '../config/circuit-breaker-settings.ts';
import type { DataSettings } from '../config/environment.ts';
import { FunctionEnvironment } from '../config/function-environment.ts';
import type { Broker } from './broker.ts';
import { projectRoot } from './bundle/bundle.ts';
import type { Consumer } from './consumer.ts';
import { DataTable } from './data-table.ts';
import { EveryMinute } from './every-minute.ts';
import { VpcFunction } from './vpc-function.ts';

export interface ConsumerControlProps {
  /** For its network. */
  readonly broker: Broker;
  /** By name. */
  readonly consumers: ReadonlyMap<string, Consumer>;
  /** Of most consumers. @default none */
  readonly breaker?: CircuitBreakerSettings;
  /** Of those that differ, by name. */
  readonly breakers: Readonly<Record<string, CircuitBreakerSettings | null>>;
  readonly data: DataSettings;
  readonly logRetentionDays: number;
}

/** Of a minute. A look at a mapping takes a fraction of a second, and they are looked at one after the other. */
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
    const health = new DataTable(this, 'Health', { partitionKey: 'consumer', settings: props.data });
    const circuits = new DataTable(this, 'Circuits', { partitionKey: 'consumer', settings: props.data });
    const mappings = Object.fromEntries(
      [...consumers].map(([name, consumer]) => [name, consumer.mappings.map(({ ref }) => ref)]),
    );
    const controlled: ControlledConsumers = { mappings, breaker, breakers };
    this.handler = new VpcFunction(this, 'Handler', {
      entry: join(projectRoot, 'functions', 'platform', 'consumer-control', 'handler.ts'),
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
        [FunctionEnvironment.controlledConsumers]: Stack.of(this).toJsonString(controlled),
        // Environments and clones in one account count for themselves.
        POWERTOOLS_METRICS_NAMESPACE: Stack.of(this).stackName,
      },
    });
    health.grant(this.handler.role, 'dynamodb:BatchGetItem');
    circuits.grant(this.handler.role, 'dynamodb:BatchGetItem', 'dynamodb:PutItem');
    this.handler.role.addToPolicy(
      new PolicyStatement({
        actions: ['lambda:GetEventSourceMapping', 'lambda:UpdateEventSourceMapping'],
        resources: [...consumers.values()].flatMap(({ mappings }) =>
          mappings.map(({ attrEventSourceMappingArn }) => attrEventSourceMappingArn),
        ),
      }),
    );
    new EveryMinute(this, 'Schedule', { target: this.handler, description: 'Looks after the consumers' });
    for (const [name, consumer] of consumers) {
      const hasBreaker = Object.hasOwn(breakers, name) ? breakers[name] !== null : breaker !== undefined;
      if (hasBreaker) consumer.useTable(FunctionEnvironment.healthTable, health, 'dynamodb:UpdateItem');
    }
  }
}
