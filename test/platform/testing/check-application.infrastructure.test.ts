import { describe, expect, it } from '@jest/globals';
import type { Environment } from '../../../lib/platform/config/environment.ts';
import { defaultRetrySettings } from '../../../lib/platform/config/retry-settings.ts';
import { checkApplication } from '../../../lib/platform/testing/check-application.ts';

const environment: Environment = {
  name: 'trial',
  production: false,
  vhost: 'trial',
  network: { availabilityZones: 2, awsAccess: { by: 'nat', gateways: 1 }, flowLogs: false },
  broker: {
    engineVersion: '4.3',
    instanceType: 'mq.m7g.medium',
    deploymentMode: 'SINGLE_INSTANCE',
    maintenanceWindow: { dayOfWeek: 'SUNDAY', timeOfDay: '03:00', timeZone: 'UTC' },
    configuration: { consumerTimeoutMilliseconds: 1_800_000 },
  },
  consumer: { timeoutSeconds: 60, memoryMegabytes: 512, batchSize: 100 },
  consumers: {},
  retry: defaultRetrySettings,
  ingest: { authorization: { type: 'iam' }, requestsPerSecond: 50, burst: 100 },
  data: { retain: false, pointInTimeRecovery: false },
  secretRotationDays: 30,
  monitoring: { alarms: 'none' },
  logRetentionDays: 14,
  terminationProtection: false,
};
const app = { name: 'shop', exchanges: { events: { type: 'topic' } }, consumers: {} } as const;

describe('an application', () => {
  it('that can be deployed passes', async () => {
    await expect(checkApplication(app, environment)).resolves.toBeUndefined();
  });

  it('fails with what is wrong: a consumer without a handler, a table that nobody declares, a setting beyond its limit', async () => {
    const consumers = { 'no-such': { on: { events: ['a'] } } };
    await expect(checkApplication({ ...app, consumers }, environment)).rejects.toThrow(
      'functions/no-such/handler.ts does not exist; it must export `handler`',
    );
    const misspelt = { 'no-such': { on: { events: ['a'] }, tables: { Ordrs: ['GetItem'] } } } as const;
    await expect(checkApplication({ ...app, consumers: misspelt }, environment)).rejects.toThrow('Ordrs');
    await expect(checkApplication(app, { ...environment, secretRotationDays: 0 })).rejects.toThrow(
      'secretRotationDays is 0',
    );
  });
});
