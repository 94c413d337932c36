import type { RetrySettings } from './retry-settings.ts';

/** Everything in which one deployment of the stacks may differ from another. Values: `environments.ts`; limits: `validate.ts`. */
export interface Environment {
  /** Name by which `-c env=<name>` selects it; part of the stack names. */
  readonly name: string;
  /** Real users depend on it: combinations that are only fit for evaluation are refused. */
  readonly production: boolean;
  /** Virtual host of the broker in which everything is declared; `-c vhost=<name>` overrides. */
  readonly vhost: string;
  readonly network: NetworkSettings;
  readonly broker: BrokerSettings;
  /** Default of all consumers. */
  readonly consumer: ConsumerSettings;
  /** What single consumers, by name, set differently. */
  readonly consumers: Readonly<Record<string, Partial<ConsumerSettings>>>;
  /** Retry schedule of consumers that do not set their own in code. */
  readonly retry: RetrySettings;
  /** The HTTP API for events, where the declaration has the publisher `ingest`. */
  readonly ingest: IngestSettings;
  readonly data: DataSettings;
  /** How long CloudWatch keeps the functions' and the network's logs, in days; one of the periods that CloudWatch offers. */
  readonly logRetentionDays: number;
  /** CloudFormation refuses to delete the stacks. */
  readonly terminationProtection: boolean;
}

export interface NetworkSettings {
  /** 2 or 3. A cluster has a node in each of three. */
  readonly availabilityZones: number;
  /** NAT gateways, at least one: functions and mappings reach AWS through them. One per zone survives the loss of a zone. */
  readonly natGateways: number;
  /** Log rejected and accepted connections of the VPC to CloudWatch. */
  readonly flowLogs: boolean;
}

export interface BrokerSettings {
  readonly engineVersion: EngineVersion;
  /** E.g. `mq.m7g.large`. */
  readonly instanceType: string;
  readonly deploymentMode: 'SINGLE_INSTANCE' | 'CLUSTER_MULTI_AZ';
  /** Two hours, once a week, in which Amazon MQ may restart nodes; a single instance then stands still. */
  readonly maintenanceWindow: MaintenanceWindow;
  readonly configuration: BrokerConfigurationSettings;
}

/** Versions that Amazon MQ sells; it picks the patch release. */
export const engineVersions = ['3.13', '4.2', '4.3'] as const;
export type EngineVersion = (typeof engineVersions)[number];

export interface MaintenanceWindow {
  /** `SUNDAY` to `SATURDAY`. */
  readonly dayOfWeek: string;
  /** `HH:MM`, 24 hours. */
  readonly timeOfDay: string;
  /** `UTC`, an offset or a location such as `Europe/Vienna`. */
  readonly timeZone: string;
}

/** Keys of the broker's configuration. What is left out keeps Amazon MQ's default. */
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
   * Largest message that the broker takes, in bytes, up to 134,217,728. RabbitMQ 4 only.
   * @default 524,288 on RabbitMQ 4
   */
  readonly maxMessageSizeBytes?: number;
}

export interface ConsumerSettings {
  /** Time that the function has for a batch, in seconds; 14 minutes at most behind a RabbitMQ mapping. */
  readonly timeoutSeconds: number;
  /** 128 to 10,240. CPU grows with it: one whole at 1,769. */
  readonly memoryMegabytes: number;
  /** Most messages in a batch, 1 to 10,000; a quorum queue hands out at most 2,000 unacknowledged ones. */
  readonly batchSize: number;
  /**
   * How long the mapping waits to fill a batch, in whole seconds, 0 to 300. Once set it cannot go back to the default without a new mapping.
   * @default Lambda's 500 milliseconds
   */
  readonly maximumBatchingWindowSeconds?: number;
}

/** Who may publish over HTTP. There is no value for "everybody". */
export type IngestAuthorization =
  /** AWS principals that have the permission `execute-api:Invoke`; requests are signed (Signature Version 4). */
  | { readonly type: 'iam' }
  /** Whoever has a token of this issuer, signed with RSA, as a bearer token in `Authorization`. */
  | {
      readonly type: 'jwt';
      /** `https://…`, as the tokens' `iss` has it; `/.well-known/openid-configuration` below it names its keys. */
      readonly issuer: string;
      /** One of these must be the token's `aud`, or its `client_id` where it has no `aud`. 1 to 50. */
      readonly audience: readonly string[];
      /** The token's `scope` must have one of these. @default any token of issuer and audience */
      readonly scopes?: readonly string[];
    };

export interface IngestSettings {
  readonly authorization: IngestAuthorization;
  /** Requests a second, on average, of all callers together; what goes beyond is answered 429. 1 to 10,000. */
  readonly requestsPerSecond: number;
  /** Requests that may come at once. 1 to 5,000. */
  readonly burst: number;
  /**
   * Execution environments at most, each with a connection to the broker: a small broker takes 100 in all. They are set aside of the
   * account's concurrency, of which Lambda wants 100 left to others.
   * @default no limit of its own; requestsPerSecond times the seconds that a request takes is what there can be
   */
  readonly maximumConcurrency?: number;
}

export interface DataSettings {
  /** Tables, secrets and broker survive the deletion of their stack. */
  readonly retain: boolean;
  /** Tables can be restored to any second of the last 35 days. */
  readonly pointInTimeRecovery: boolean;
}
