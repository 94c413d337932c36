import { join } from 'node:path';
import { Construct } from 'constructs';
import type { DataSettings } from '../../config/environment.ts';
import { FunctionEnvironment } from '../../config/function-environment.ts';
import { queueTrackTable } from '../../config/table-shapes.ts';
import { projectRoot } from '../../project-root.ts';
import { monitoringUser } from '../../topology/users.ts';
import type { Broker } from '../broker.ts';
import type { BrokerTopology } from '../broker-topology.ts';
import { DataTable } from '../data-table.ts';
import { EveryMinute } from '../every-minute.ts';
import { VpcFunction } from '../vpc-function.ts';

export interface QueueMetricsFunctionProps {
  readonly broker: Broker;
  readonly topology: BrokerTopology;
  /** Under which it writes. */
  readonly namespace: string;
  readonly data: DataSettings;
  readonly logRetentionDays: number;
}

/** Of a minute. */
const timeoutSeconds = 30;

/** Looks at the broker once a minute and writes metrics of its queues, which Amazon MQ does not publish for RabbitMQ 4, and of its nodes. */
export class QueueMetricsFunction extends Construct {
  readonly handler: VpcFunction;

  constructor(scope: Construct, id: string, { broker, topology, namespace, ...props }: QueueMetricsFunctionProps) {
    super(scope, id);
    const user = topology.secretOf(monitoringUser());
    const tracks = new DataTable(this, 'Tracks', { shape: queueTrackTable, settings: props.data });
    this.handler = new VpcFunction(this, 'Handler', {
      entry: join(projectRoot, 'lib', 'platform', 'functions', 'queue-metrics', 'handler.ts'),
      service: 'queue-metrics',
      description: 'Writes metrics of queues and broker',
      vpc: broker.vpc,
      securityGroup: broker.management,
      timeoutSeconds,
      memoryMegabytes: 256,
      logRetentionDays: props.logRetentionDays,
      failedEvents: 'A failed run leaves a gap of a minute in the metrics; an alarm tells of longer ones.',
      environment: {
        [FunctionEnvironment.managementUrl]: broker.managementUrl,
        [FunctionEnvironment.brokerSecretArn]: user.secretArn,
        [FunctionEnvironment.brokerVhost]: topology.vhost,
        [FunctionEnvironment.queueTrackTable]: tracks.tableName,
        POWERTOOLS_METRICS_NAMESPACE: namespace,
      },
    });
    user.grantRead(this.handler.role);
    tracks.grant(this.handler.role, 'dynamodb:GetItem', 'dynamodb:PutItem');
    new EveryMinute(this, 'Schedule', { target: this.handler, description: 'Looks at the broker' });
  }
}
