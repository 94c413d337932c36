import { describe, expect, it } from '@jest/globals';
import {
  type AlarmSettings,
  defaultAlarms,
  monitoringProblems,
} from '../../../lib/platform/config/monitoring-settings.ts';

const problems = (change: Partial<AlarmSettings>) => monitoringProblems({ alarms: { ...defaultAlarms, ...change } });

describe('settings of alarms', () => {
  it('are fine as they come, and without any', () => {
    expect(problems({})).toEqual([]);
    expect(monitoringProblems({ alarms: 'none' })).toEqual([]);
  });

  it('name what is out of range, also where one consumer differs', () => {
    expect(
      problems({
        consumers: { orders: { oldestMessageSeconds: 60, deadLetters: 0 } },
        broker: { memoryPercent: 100, diskFreeRatio: 1 },
        outboxAgeSeconds: 1,
      }),
    ).toEqual([
      'monitoring.alarms.consumers.orders.deadLetters is 0; an alarm takes at least 1',
      'monitoring.alarms.consumers.orders.oldestMessageSeconds is 60; queues are looked at once a minute, so take at least 120',
      'monitoring.alarms.broker.memoryPercent is 100; before the broker stops publishers there are at most 99',
      'monitoring.alarms.outboxAgeSeconds is 1; the outbox is looked at once a minute; take at least 60',
      'monitoring.alarms.broker.diskFreeRatio is 1; at 1 the broker stops publishers, so it must be above',
    ]);
  });
});
