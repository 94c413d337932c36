import type { AlarmSettings } from '../../config/monitoring-settings.ts';
import type { AlarmSet } from './alarm-set.ts';
import type { BrokerMetrics } from './broker-metrics.ts';

/** The alarms of the broker and of what all consumers share. docs/monitoring.md has them in a table. */
export const addBrokerAlarms = (
  alarms: AlarmSet,
  metrics: BrokerMetrics,
  { broker, outboxAgeSeconds }: Pick<AlarmSettings, 'broker' | 'outboxAgeSeconds'>,
  { hasOutbox }: { readonly hasOutbox: boolean },
): void => {
  alarms.add('broker unseen', {
    metric: metrics.looks(),
    threshold: 1,
    below: true,
    periods: 5,
    missingIsBad: true,
    description:
      'No metrics of the broker for five minutes, so most other alarms are blind. See the log of the function queue-metrics: the broker is down or restarting, or its password was refused.',
  });
  alarms.add('broker memory', {
    metric: metrics.memoryUsed(),
    threshold: broker.memoryPercent,
    periods: 5,
    description: `A node uses ${broker.memoryPercent} % or more of the memory at which it stops all publishers. Look for queues that nothing empties and for many connections, or take a larger instance.`,
  });
  alarms.add('broker disk', {
    metric: metrics.diskFree(),
    threshold: broker.diskFreeRatio,
    below: true,
    periods: 5,
    description: `A node has less than ${broker.diskFreeRatio} times the free disk space at which it stops all publishers. Empty queues that are full, dead letters included.`,
  });
  alarms.add('broker stops publishers', {
    metric: metrics.resourceAlarms(),
    threshold: 1,
    description:
      'A node is out of memory or disk space: nobody can publish, retries and dead letters included. Consumers go on; pause what publishes, empty queues, take a larger instance.',
  });
  alarms.add('broker node down', {
    metric: metrics.nodesDown(),
    threshold: 1,
    periods: 15,
    description:
      'A node of the cluster has been down for a quarter of an hour. In the maintenance window that is usual for a while; otherwise see the AWS Health Dashboard and the log of the broker.',
  });
  alarms.add('queue down', {
    metric: metrics.queuesDown(),
    threshold: 1,
    periods: 5,
    description:
      'A queue has no leader or no majority, so nothing can be published to it. It comes back with the nodes that it is on; if they run, ask AWS Support.',
  });
  alarms.add('delays overdue', {
    metric: metrics.overdue(),
    // As many as the broker hands on at a time: fewer leave room for what is behind them.
    threshold: 32,
    periods: 3,
    description:
      "The time of delayed messages is over and where they go to does not take them. The log of queue-metrics has the number of each queue. In <queue>.returning: that queue is full (maxLength), and only its own retries wait; empty it. In delay.level-00 to 15: everybody's retries wait; look for a queue without leader, or one that an operator policy limits.",
  });
  alarms.add('parked messages', {
    metric: metrics.parked(),
    threshold: 1,
    description:
      'Delayed messages found no destination when their time had come and wait in delay.parking: their queue was removed, or nobody is bound to a scheduled event. Declare it (again), and redrive them.',
  });
  if (hasOutbox) {
    alarms.add('outbox', {
      metric: metrics.outboxAge(),
      threshold: outboxAgeSeconds,
      periods: 3,
      description: `An event has waited in the outbox for ${outboxAgeSeconds} s or longer. The relay's log says why it cannot publish; if the broker is away, there is nothing to do but to bring it back.`,
    });
  }
};
