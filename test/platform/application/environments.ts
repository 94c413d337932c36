import { defaultAlarms, defaultCircuitBreaker, defaultRetrySettings, type EnvironmentFor } from '#environment';
import type { app } from './app.ts';

type Environment = EnvironmentFor<typeof app>;

/** A single broker, nothing to be kept. */
const dev: Environment = {
  name: 'dev',
  production: false,
  vhost: 'events',
  network: { availabilityZones: 2, awsAccess: { by: 'nat', gateways: 1 }, flowLogs: false },
  broker: {
    engineVersion: '4.3',
    instanceType: 'mq.m7g.medium',
    deploymentMode: 'SINGLE_INSTANCE',
    maintenanceWindow: { dayOfWeek: 'SUNDAY', timeOfDay: '03:00', timeZone: 'UTC' },
    configuration: { consumerTimeoutMilliseconds: 1_800_000 },
  },
  consumer: { timeoutSeconds: 60, memoryMegabytes: 512, batchSize: 100, circuitBreaker: defaultCircuitBreaker },
  consumers: {},
  retry: defaultRetrySettings,
  httpApi: { authorization: { type: 'iam' }, requestsPerSecond: 50, burst: 100 },
  variables: { NOTE_SENDER: 'notes@example.com' },
  secrets: { NOTE_KEY: 'things/note-key' },
  data: { retain: false, pointInTimeRecovery: false },
  secretRotationDays: 30,
  monitoring: { alarms: defaultAlarms },
  logRetentionDays: 14,
  terminationProtection: false,
};

/** Runs on this machine, where no test waits long for a retry. */
const local: Environment = {
  ...dev,
  name: 'local',
  consumer: { ...dev.consumer, timeoutSeconds: 15, maximumBatchingWindowSeconds: 0 },
  retry: { maxAttempts: 5, baseDelaySeconds: 1, maxDelaySeconds: 2 },
};

/** A cluster with all that an environment can have: protection, recovery, flow logs, canary releases. */
const prod: Environment = {
  ...dev,
  name: 'prod',
  production: true,
  network: { availabilityZones: 3, awsAccess: { by: 'nat', gateways: 3 }, flowLogs: true },
  broker: { ...dev.broker, instanceType: 'mq.m7g.large', deploymentMode: 'CLUSTER_MULTI_AZ' },
  consumer: { ...dev.consumer, memoryMegabytes: 1024, canaryMinutes: 5 },
  httpApi: { ...dev.httpApi, requestsPerSecond: 500, burst: 1000 },
  outbox: { maximumConcurrency: 5 },
  data: { retain: true, pointInTimeRecovery: true },
  monitoring: { alarms: { ...defaultAlarms, email: 'on-call@example.com' } },
  logRetentionDays: 90,
  terminationProtection: true,
};

export const environments: readonly Environment[] = [local, dev, prod];

/** For other applications: without the values of this one's variables and secrets. */
export const otherEnvironments: readonly Omit<Environment, 'variables' | 'secrets'>[] = environments.map(
  ({ variables: _, secrets: __, ...environment }) => environment,
);
