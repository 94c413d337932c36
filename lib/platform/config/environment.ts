import type { BrokerSettings } from './broker-settings.ts';
import type { CanaryMinutes } from './canary.ts';
import type { CircuitBreakerSettings } from './circuit-breaker-settings.ts';
import type { MessageFilter } from './message-filter.ts';
import type { MonitoringSettings } from './monitoring-settings.ts';
import type { NetworkSettings } from './network-settings.ts';
import type { RetrySettings } from './retry-settings.ts';
import type { SecretReference } from './secret-reference.ts';

/** Everything in which one deployment of the stacks may differ from another. Values: `environments.ts`; limits: `validation/`. */
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
  /** The HTTP API for events, where the application has one. */
  readonly httpApi: HttpApiSettings;
  /** The outbox, where the application has one. @default no limit of its own */
  readonly outbox?: OutboxSettings;
  /** Values of the variables that consumers use. @default none */
  readonly variables?: Readonly<Record<string, string>>;
  /** Where the secrets are that consumers use. @default none */
  readonly secrets?: Readonly<Record<string, SecretReference>>;
  readonly data: DataSettings;
  /** How often each broker user's password changes, in days, 1 to 1,000; the administrator's does not. */
  readonly secretRotationDays: number;
  readonly monitoring: MonitoringSettings;
  /** How long CloudWatch keeps the functions' and the network's logs, in days; one of the periods that CloudWatch offers. */
  readonly logRetentionDays: number;
  /** CloudFormation refuses to delete the stacks. */
  readonly terminationProtection: boolean;
}

export interface OutboxSettings {
  /**
   * How many relays run at once, 2 or more: one for the schedule, the others for shards of the table's stream. Each has a connection to the broker. Lambda takes them
   * out of the account's concurrency, of which it wants 100 to stay unreserved; a new account may have 10 in all.
   * @default no limit of its own
   * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
   */
  readonly maximumConcurrency?: number;
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
  /** Messages that the mapping deletes without asking the function. @default none */
  readonly filter?: MessageFilter;
  /** When nearly everything fails, messages are kept from the function for a while. @default never; it can still be paused by hand */
  readonly circuitBreaker?: CircuitBreakerSettings;
  /**
   * How long a tenth of the batches goes to a new version of the function before it gets them all, in minutes: 5, 10, 15 or 30. Deployments
   * take as much longer.
   * @default the new version gets all batches at once
   */
  readonly canaryMinutes?: CanaryMinutes;
}

/** Who may publish over HTTP. There is no value for "everybody". */
export type HttpApiAuthorization =
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

export interface HttpApiSettings {
  readonly authorization: HttpApiAuthorization;
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
  /** Tables, secrets and broker survive the deletion of their stack. Those that a failed deployment has just made do not. */
  readonly retain: boolean;
  /**
   * DynamoDB refuses to delete the tables, whoever asks. Set it once the first deployment has succeeded: a failed first deployment cannot remove protected tables, and
   * they would block the next attempt.
   * @default false
   */
  readonly deletionProtection?: boolean;
  /** Tables can be restored to any second of the last 35 days. */
  readonly pointInTimeRecovery: boolean;
}
