import type { BrokerSettings, DeploymentMode } from './broker-settings.ts';

/** What a node or broker of an instance type takes. */
export interface ResourceLimits {
  readonly connections: number;
  readonly channels: number;
  readonly queues: number;
  readonly vhosts: number;
  readonly exchanges: number;
}

interface InstanceLimits {
  readonly default: Readonly<Record<DeploymentMode, ResourceLimits>>;
  readonly maximum: Readonly<Record<DeploymentMode, ResourceLimits>>;
}

const limits = (
  connections: number,
  channels: number,
  queues: number,
  vhosts: number,
  exchanges: number,
): ResourceLimits => ({ connections, channels, queues, vhosts, exchanges });

/**
 * Defaults and maxima of Amazon MQ for RabbitMQ 4; connections and channels are per node.
 * @see https://docs.aws.amazon.com/amazon-mq/latest/developer-guide/rabbitmq-resource-limits-configuration.html (defaults)
 * @see https://docs.aws.amazon.com/amazon-mq/latest/developer-guide/rabbitmq-resource-hard-limit.html (maxima)
 */
export const instanceLimits: Readonly<Record<string, InstanceLimits>> = {
  'mq.m7g.medium': {
    default: {
      SINGLE_INSTANCE: limits(100, 500, 500, 10, 500),
      CLUSTER_MULTI_AZ: limits(100, 300, 100, 10, 100),
    },
    maximum: {
      SINGLE_INSTANCE: limits(300, 900, 2500, 10, 12_500),
      CLUSTER_MULTI_AZ: limits(300, 900, 500, 10, 500),
    },
  },
  'mq.m7g.large': {
    default: {
      SINGLE_INSTANCE: limits(1500, 4500, 1000, 50, 1000),
      CLUSTER_MULTI_AZ: limits(500, 1500, 1000, 50, 1000),
    },
    maximum: {
      SINGLE_INSTANCE: limits(5000, 15_000, 20_000, 1500, 100_000),
      CLUSTER_MULTI_AZ: limits(5000, 15_000, 10_000, 1500, 50_000),
    },
  },
  'mq.m7g.xlarge': {
    default: {
      SINGLE_INSTANCE: limits(3000, 9000, 2000, 100, 2000),
      CLUSTER_MULTI_AZ: limits(1000, 3000, 2000, 100, 2000),
    },
    maximum: {
      SINGLE_INSTANCE: limits(10_000, 30_000, 30_000, 1500, 150_000),
      CLUSTER_MULTI_AZ: limits(10_000, 30_000, 15_000, 1500, 75_000),
    },
  },
  'mq.m7g.2xlarge': {
    default: {
      SINGLE_INSTANCE: limits(6000, 18_000, 4000, 150, 4000),
      CLUSTER_MULTI_AZ: limits(2000, 6000, 4000, 150, 4000),
    },
    maximum: {
      SINGLE_INSTANCE: limits(20_000, 60_000, 40_000, 1500, 200_000),
      CLUSTER_MULTI_AZ: limits(20_000, 60_000, 20_000, 1500, 100_000),
    },
  },
  'mq.m7g.4xlarge': {
    default: {
      SINGLE_INSTANCE: limits(12_000, 36_000, 8000, 200, 8000),
      CLUSTER_MULTI_AZ: limits(4000, 12_000, 8000, 200, 8000),
    },
    maximum: {
      SINGLE_INSTANCE: limits(40_000, 120_000, 60_000, 1500, 300_000),
      CLUSTER_MULTI_AZ: limits(40_000, 120_000, 30_000, 1500, 150_000),
    },
  },
  'mq.m7g.8xlarge': {
    default: {
      SINGLE_INSTANCE: limits(24_000, 72_000, 16_000, 250, 16_000),
      CLUSTER_MULTI_AZ: limits(8000, 24_000, 16_000, 250, 16_000),
    },
    maximum: {
      SINGLE_INSTANCE: limits(80_000, 240_000, 80_000, 1500, 400_000),
      CLUSTER_MULTI_AZ: limits(80_000, 240_000, 40_000, 1500, 200_000),
    },
  },
  'mq.m7g.12xlarge': {
    default: {
      SINGLE_INSTANCE: limits(36_000, 108_000, 24_000, 300, 24_000),
      CLUSTER_MULTI_AZ: limits(12_000, 36_000, 24_000, 300, 24_000),
    },
    maximum: {
      SINGLE_INSTANCE: limits(120_000, 360_000, 100_000, 1500, 500_000),
      CLUSTER_MULTI_AZ: limits(120_000, 360_000, 50_000, 1500, 250_000),
    },
  },
  'mq.m7g.16xlarge': {
    default: {
      SINGLE_INSTANCE: limits(48_000, 144_000, 32_000, 350, 32_000),
      CLUSTER_MULTI_AZ: limits(16_000, 48_000, 32_000, 350, 32_000),
    },
    maximum: {
      SINGLE_INSTANCE: limits(160_000, 480_000, 120_000, 1500, 600_000),
      CLUSTER_MULTI_AZ: limits(160_000, 480_000, 60_000, 1500, 300_000),
    },
  },
};

/**
 * What the broker of these settings takes, configuration included; `undefined` for an instance type whose limits are not known (RabbitMQ 3.13 on
 * other families has its maxima, which cannot be configured).
 */
export const effectiveLimits = ({
  instanceType,
  deploymentMode,
  engineVersion,
  configuration,
}: BrokerSettings): ResourceLimits | undefined => {
  const known = instanceLimits[instanceType];
  if (known === undefined) return undefined;
  if (engineVersion === '3.13') return known.maximum[deploymentMode];
  const preset = known.default[deploymentMode];
  return {
    connections: configuration.maxConnectionsPerNode ?? preset.connections,
    channels: configuration.maxChannelsPerNode ?? preset.channels,
    queues: configuration.maxQueues ?? preset.queues,
    vhosts: configuration.maxVhosts ?? preset.vhosts,
    exchanges: configuration.maxExchanges ?? preset.exchanges,
  };
};
