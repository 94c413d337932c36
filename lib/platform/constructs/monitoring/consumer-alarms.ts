import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Duration } from 'aws-cdk-lib/core';
import type { ConsumerAlarmSettings } from '../../config/monitoring-settings.ts';
import type { AlarmSet } from './alarm-set.ts';
import type { ConsumerMetrics } from './consumer-metrics.ts';

const quarterHour = Duration.minutes(15);
const fiveMinutes = Duration.minutes(5);

/** The alarms of one consumer. docs/monitoring.md has them in a table. */
export const addConsumerAlarms = (
  alarms: AlarmSet,
  metrics: ConsumerMetrics,
  settings: ConsumerAlarmSettings,
): void => {
  const { consumer } = metrics;
  const add = (what: string, props: Parameters<AlarmSet['add']>[1]) => alarms.add(`${consumer} ${what}`, props);

  add('dead letters', {
    metric: metrics.deadLetters(),
    threshold: settings.deadLetters,
    description: `Messages of ${consumer} were given up. Read in the headers of ${consumer}.dead-letter why (x-dead-letter-reason, x-exception-message), mend that, and redrive them.`,
  });
  add('dead letters rising', {
    metric: metrics.newDeadLetters(fiveMinutes),
    threshold: 1,
    periods: 3,
    description: `${consumer} has given up messages for a quarter of an hour, and still does. If it is a new version, take it back; if it is a service that it needs, pause it (npm run mq -- consumer pause ${consumer}) until that is well.`,
  });
  add('oldest message', {
    metric: metrics.oldestAge(),
    threshold: settings.oldestMessageSeconds,
    periods: 3,
    description: `A message waits for ${consumer} for ${settings.oldestMessageSeconds} s or longer. See whether its function fails or is slow; one that keeps up no more needs a larger batch, more concurrency or shards. A paused consumer lets messages grow old, too.`,
  });
  add('waiting messages', {
    metric: metrics.waiting(),
    threshold: settings.waitingMessages,
    periods: 15,
    description: `${settings.waitingMessages} messages or more have been waiting for ${consumer} for a quarter of an hour. Compare published with acknowledged on the dashboard: publishers may send more than it can take.`,
  });
  add('no reader', {
    metric: metrics.readers(),
    threshold: 1,
    below: true,
    periods: 5,
    missingIsBad: true,
    description: `Nothing reads the queue of ${consumer}, and nobody paused it. See what its event source mapping says (npm run mq -- consumer status ${consumer}), and whether the queue exists (npm run mq -- topology plan).`,
  });
  add('mapping', {
    metric: metrics.mappingsFailing(),
    threshold: 1,
    periods: 3,
    description: `Lambda has disabled an event source mapping of ${consumer}, or it cannot read. npm run mq -- consumer status ${consumer} shows the reason: EVENT_SOURCE_AUTHN_ERROR is the password, ESM_CONFIG_NOT_VALID the queue or the vhost. Mend it, then npm run mq -- consumer resume ${consumer}.`,
  });
  add('circuit open', {
    metric: metrics.circuitOpen(),
    threshold: 1,
    description: `Nearly everything that ${consumer} tried has failed, so it gets no messages for a while; they wait in its queue. Find out what it needs that is not there. It tries again by itself.`,
  });
  add('claims lost', {
    metric: metrics.claimsLost(quarterHour),
    threshold: settings.claimsLost,
    description: `Messages of ${consumer} were taken over while it was still at them: invocations last longer than their lease. Effects are safe where the handler uses ctx.transact. Give it more time, or smaller batches.`,
  });
  add('claims unavailable', {
    metric: metrics.claimsUnavailable(fiveMinutes),
    threshold: 1,
    periods: 3,
    description: `For a quarter of an hour the claim table has given ${consumer} no answer for some messages, so they are put off or come back with their batches. The function's log has DynamoDB's error: a permission that was taken away, a table or key that is gone, or throttling. Mend that; the messages are not lost and then go on by themselves.`,
  });
  add('deferrals', {
    metric: metrics.mostlyDeferred(fiveMinutes),
    threshold: 1,
    periods: 6,
    description: `For half an hour ${consumer} has put off more messages than it has handled. Its log lines of metrics say why: deferred_deadline means more time or smaller batches, deferred_busy that another environment holds their claims, deferred_order a key whose first message keeps failing, deferred_claims-unavailable the claim table.`,
  });
  add('failed after commit', {
    metric: metrics.failedAfterCommit(fiveMinutes),
    threshold: 1,
    description: `The handler of ${consumer} failed after ctx.transact had committed: the message is done, and what the handler had left to do was not done and is not tried again. Its log has the message ids and errors ("failed after its effect was committed"): make up for it by hand, and put transact last in the handler.`,
  });
  add('other bodies', {
    metric: metrics.duplicatesWithOtherBody(fiveMinutes),
    threshold: 1,
    description: `A publisher gave two messages for ${consumer} one id but different bodies; the second was dropped as a duplicate. The function's log names the id ("but another body"). Fix the publisher, then publish the second message again under an id of its own.`,
  });
  add('function errors', {
    metric: metrics.functionErrors(fiveMinutes),
    threshold: settings.functionErrors,
    description: `The function of ${consumer} failed, so a batch comes back: it crashed, ran out of time or memory, or could not hand a message on to the broker. Its log says which.`,
  });
};

/** Says when the alarms of mappings and circuits are blind. */
export const addControlAlarm = (alarms: AlarmSet, handler: IFunction): void => {
  alarms.add('consumer control', {
    metric: handler.metricErrors({ period: fiveMinutes, label: 'failed looks at consumers' }),
    threshold: 1,
    periods: 3,
    description:
      'The function consumer-control fails: circuits neither open nor close, and nobody sees whether mappings read. Its log says why. Consumers go on as they are.',
  });
};
