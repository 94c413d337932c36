import { randomUUID } from 'node:crypto';
import type { Logger } from '@aws-lambda-powertools/logger';
import type { Context, DynamoDBStreamEvent, EventBridgeEvent } from 'aws-lambda';
import { outboxTable } from '../../config/table-shapes.ts';
import { addedAt, type Backlog, countBacklog } from './backlog.ts';
import type { OutboxStore } from './outbox-store.ts';
import { type RelayReport, relayKeys } from './relay.ts';
import type { RelayServices } from './relay-services.ts';

export type RelayEvent = DynamoDBStreamEvent | EventBridgeEvent<string, unknown>;

export interface RelayHandlerServices extends RelayServices {
  readonly log: Logger;
  /** Told after each run; of the backlog after scheduled ones only. */
  readonly onReport: (report: RelayReport, backlog: Backlog | undefined) => void;
}

/** Kept back for giving back what was not confirmed, in milliseconds. */
const reserveMilliseconds = 5000;
/** Kept back for the metrics, in milliseconds. */
const answerMilliseconds = 1000;
/**
 * How long the stream waits for a broker that is away, in milliseconds. What is not published by then is the schedule's, so that the
 * stream does not fall behind.
 */
const streamPatienceMilliseconds = 10_000;
/** A scheduled run leaves younger messages to the stream, in milliseconds. */
const streamHeadStartMilliseconds = 5000;

/**
 * The relay's Lambda handler. The stream of the table says what was added, to publish it at once; the schedule looks for
 * everything that waits, to publish what that left: after a crash, an outage, a refusal.
 */
export const relayHandler =
  (open: () => RelayHandlerServices) =>
  async (event: RelayEvent, context: Context): Promise<RelayReport> => {
    const { onReport, ...services } = open();
    const { store, log, now } = services;
    log.addContext(context);
    const remaining = context.getRemainingTimeInMillis();
    const start = now();
    const patience = Math.max(remaining - reserveMilliseconds, remaining / 2);
    const relay = {
      ...services,
      owner: `${context.awsRequestId}/${randomUUID()}`,
      leaseUntil: start + remaining,
    };
    if ('Records' in event) {
      const publishBy = start + Math.min(patience, streamPatienceMilliseconds);
      const report = await relayKeys(addedKeys(event), { ...relay, publishBy });
      onReport(report, undefined);
      return report;
    }
    // In a pass of its own: with the broker away publishing stops looking long before the end of what waits.
    const [counted, relayed] = await Promise.allSettled([
      countBacklog(store, relay.leaseUntil - answerMilliseconds, now),
      relayKeys(dueKeys(store, start), { ...relay, publishBy: start + patience }),
    ]);
    if (relayed.status === 'rejected') throw relayed.reason;
    onReport(relayed.value, counted.status === 'fulfilled' ? counted.value.backlog : undefined);
    if (counted.status === 'rejected') throw counted.reason;
    if (!counted.value.complete)
      log.warn('more waits in the outbox than could be counted', { counted: counted.value.backlog.messages });
    return relayed.value;
  };

const addedKeys = ({ Records }: DynamoDBStreamEvent): string[] =>
  Records.flatMap(({ eventName, dynamodb }) => {
    const orderKey = dynamodb?.Keys?.[outboxTable.partitionKey]?.S;
    return eventName === 'INSERT' && orderKey !== undefined ? [orderKey] : [];
  });

async function* dueKeys(store: OutboxStore, now: number): AsyncIterable<string> {
  for await (const page of store.waiting()) {
    for (const ref of page) if (addedAt(ref) <= now - streamHeadStartMilliseconds) yield ref.orderKey;
  }
}
