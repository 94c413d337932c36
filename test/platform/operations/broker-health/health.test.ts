import type { DescribeBrokerResponse } from '@aws-sdk/client-mq';
import { describe, expect, it } from '@jest/globals';
import { brokerFindings } from '../../../../lib/platform/operations/broker-health/health.ts';

const healthy: DescribeBrokerResponse = {
  BrokerName: 'events',
  BrokerId: 'b-1',
  BrokerState: 'RUNNING',
  EngineVersion: '4.3.5',
  AutoMinorVersionUpgrade: true,
  PubliclyAccessible: false,
  Logs: { General: true, GeneralLogGroup: '/aws/amazonmq/broker/b-1/general' },
  Configurations: { Current: { Id: 'c-1', Revision: 2 } },
  MaintenanceWindowStartTime: { DayOfWeek: 'SUNDAY', TimeOfDay: '03:00', TimeZone: 'UTC' },
};
const sold = ['3.13', '4.2', '4.3'];
const findings = (change: DescribeBrokerResponse, versions = sold) =>
  brokerFindings({ ...healthy, ...change }, { sold: versions }).map(({ level, text }) => `${level}: ${text}`);
const restart =
  'takes effect with a restart: in the maintenance window, SUNDAY 03:00 UTC, or now with "aws mq reboot-broker --broker-id b-1"';

describe('a broker', () => {
  it('that runs, is up to date and waits for nothing, gives nothing to say', () => {
    expect(findings({})).toEqual([]);
  });

  it.each<[string, DescribeBrokerResponse, string]>([
    [
      'with a new configuration waits for its restart',
      { Configurations: { Current: { Id: 'c-1', Revision: 2 }, Pending: { Id: 'c-1', Revision: 3 } } },
      `note: configuration c-1 revision 3 (in force: c-1 revision 2) ${restart}`,
    ],
    ['with a new version waits, too', { PendingEngineVersion: '4.3.6' }, `note: engine version 4.3.6 ${restart}`],
    [
      'with a new size waits, too',
      { PendingHostInstanceType: 'mq.m7g.large' },
      `note: instance type mq.m7g.large ${restart}`,
    ],
    [
      'that Amazon MQ cannot keep up says what to do',
      {
        BrokerState: 'RUNNING',
        ActionsRequired: [{ ActionRequiredCode: 'RABBITMQ_MEMORY_ALARM', ActionRequiredInfo: 'see the guide' }],
      },
      'act: Amazon MQ requires RABBITMQ_MEMORY_ALARM: see the guide',
    ],
    ['that failed needs somebody', { BrokerState: 'CREATION_FAILED' }, 'act: the broker is CREATION_FAILED'],
    ['that restarts needs patience', { BrokerState: 'REBOOT_IN_PROGRESS' }, 'note: the broker is REBOOT_IN_PROGRESS'],
    ['that is public is a mistake', { PubliclyAccessible: true }, 'act: the broker is reachable from the internet'],
    [
      'without a log is a mistake',
      { Logs: { ...healthy.Logs, General: false, GeneralLogGroup: '' } },
      'act: the broker is not logged (Logs.General)',
    ],
    [
      'goes from 3.13 to the next version, not to the last',
      { EngineVersion: '3.13.7' },
      'note: RabbitMQ 3.13.7 can be upgraded to 4.2; see docs/deploy.md',
    ],
    [
      'goes from 4.2 to 4.3',
      { EngineVersion: '4.2.10' },
      'note: RabbitMQ 4.2.10 can be upgraded to 4.3; see docs/deploy.md',
    ],
    [
      'of a version that is no longer sold is upgraded before Amazon MQ does it',
      { EngineVersion: '3.12.1' },
      'act: RabbitMQ 3.12.1 is no longer sold (3.13, 4.2, 4.3 are): Amazon MQ upgrades it on a date of its own choosing',
    ],
  ])('%s', (_, change, finding) => {
    expect(findings(change)).toEqual([finding]);
  });

  it('is newer with 4.10 than with 4.9', () => {
    expect(findings({ EngineVersion: '4.10.0' }, ['4.9', '4.10'])).toEqual([]);
  });
});
