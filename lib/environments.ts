import { defaultAlarms, defaultCircuitBreaker, defaultRetrySettings, type EnvironmentFor } from '#environment';
import { app } from './app.ts';

type Environment = EnvironmentFor<typeof app>;

const dev: Environment = {
  name: 'dev',
  production: false,
  vhost: app.name,
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
  data: { retain: false, pointInTimeRecovery: false },
  secretRotationDays: 30,
  monitoring: { alarms: defaultAlarms },
  logRetentionDays: 14,
  terminationProtection: false,
};

/** Runs on this machine; time passes faster, so that a whole retry schedule can be watched. */
const local: Environment = {
  ...dev,
  name: 'local',
  consumer: { ...dev.consumer, timeoutSeconds: 15, maximumBatchingWindowSeconds: 0 },
  retry: { maxAttempts: 5, baseDelaySeconds: 1, maxDelaySeconds: 2 },
};

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
  logRetentionDays: 90,
  terminationProtection: true,
};

/** Prod with fewer NAT gateways, shorter logs and without protection against deletion: what breaks in prod breaks here first. */
const staging: Environment = {
  ...prod,
  name: 'staging',
  production: false,
  network: { availabilityZones: 3, awsAccess: { by: 'nat', gateways: 1 }, flowLogs: true },
  data: { retain: false, pointInTimeRecovery: true },
  logRetentionDays: 30,
  terminationProtection: false,
};

/** The environments that `-c env=<name>` may name. Add yours here. */
export const environments: readonly Environment[] = [local, dev, staging, prod];
