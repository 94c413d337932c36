export interface BrokerSettings {
  readonly engineVersion: EngineVersion;
  /** E.g. `mq.m7g.large`. */
  readonly instanceType: string;
  readonly deploymentMode: DeploymentMode;
  /** Two hours, once a week, in which Amazon MQ may restart nodes; a single instance then stands still. */
  readonly maintenanceWindow: MaintenanceWindow;
  readonly configuration: BrokerConfigurationSettings;
  /** What encrypts the broker's disks. Another choice later is another broker, without the messages. @default a key that Amazon MQ owns */
  readonly encryptionKey?: EncryptionKey;
}

/** Versions that Amazon MQ sells; it picks the patch release. */
export const engineVersions = ['3.13', '4.2', '4.3'] as const;
export type EngineVersion = (typeof engineVersions)[number];

export const deploymentModes = ['SINGLE_INSTANCE', 'CLUSTER_MULTI_AZ'] as const;
export type DeploymentMode = (typeof deploymentModes)[number];

/** A customer-managed KMS key: made by the broker's stack and rotated yearly, or yours. About 1 USD a month. */
export type EncryptionKey = 'create' | { readonly arn: string };

export interface MaintenanceWindow {
  /** `SUNDAY` to `SATURDAY`. */
  readonly dayOfWeek: string;
  /** `HH:MM`, 24 hours. */
  readonly timeOfDay: string;
  /** `UTC`, an offset or a location such as `Europe/Vienna`. */
  readonly timeZone: string;
}

/**
 * Keys of the broker's configuration. What is left out keeps Amazon MQ's default. Resource limits have other defaults and maxima for each
 * instance type (`broker-limits.ts`) and exist from RabbitMQ 4.2 on.
 * @see https://docs.aws.amazon.com/amazon-mq/latest/developer-guide/configurable-values.html
 */
export interface BrokerConfigurationSettings {
  /**
   * How long a consumer may hold a message before the broker takes it back, in milliseconds; 0 is for ever. Must exceed the longest
   * function timeout, or the broker gives out again what a function still works on.
   * @default 1,800,000 (30 minutes)
   */
  readonly consumerTimeoutMilliseconds?: number;
  /**
   * Heartbeat that the broker asks of clients, in seconds, 60 to 3,600.
   * @default 60
   */
  readonly heartbeatSeconds?: number;
  /**
   * Largest message that the broker takes, in bytes. Amazon MQ allows 134,217,728; a larger one than `largestDeliverableMessage` fits into no
   * invocation.
   * @default 524,288 on RabbitMQ 4
   */
  readonly maxMessageSizeBytes?: number;
  /** Connections that each node accepts. @default 100 on mq.m7g.medium, 500 (cluster) or 1,500 (single) on mq.m7g.large */
  readonly maxConnectionsPerNode?: number;
  /** Channels on each node. */
  readonly maxChannelsPerNode?: number;
  /** Consumers on one channel, up to 1,000. @default 10 */
  readonly maxConsumersPerChannel?: number;
  /** Queues on the broker. @default 500 (single) or 100 (cluster) on mq.m7g.medium, 1,000 on mq.m7g.large */
  readonly maxQueues?: number;
  /** Exchanges on the broker. */
  readonly maxExchanges?: number;
  /** Virtual hosts on the broker. */
  readonly maxVhosts?: number;
  /**
   * Whether declaring a quorum queue again with other arguments passes in silence.
   * @default true
   */
  readonly relaxedRedeclaration?: boolean;
  /**
   * Whether operator policies can only be changed by Amazon MQ.
   * @default true
   */
  readonly operatorPoliciesLocked?: boolean;
  /**
   * Whether the management API answers with HTTP security headers.
   * @default true
   */
  readonly secureManagementHeaders?: boolean;
}
