import type { EventPublisher } from '../amqp/event-publisher.ts';
import type { Outbox } from '../outbox/outbox.ts';
import { publishOrKeep } from '../outbox/publish-or-keep.ts';
import { failureOf } from './broker-event-sink.ts';
import type { EventSink } from './event-sink.ts';

/** Kept back of the time for an event to write it into the outbox, in milliseconds. */
const outboxMilliseconds = 2500;

/**
 * Publishes each event and, where the broker does not confirm it in time or refuses it, keeps it in the outbox under the same id. An
 * unroutable one is not kept.
 *
 * @param openOutbox called when an event has to be kept
 */
export const keepingEventSink = (
  events: EventPublisher,
  openOutbox: () => Promise<Pick<Outbox, 'add'>>,
): EventSink => ({
  async accept(event, { deadline }) {
    const timeoutMilliseconds = deadline - outboxMilliseconds - Date.now();
    try {
      const result = await publishOrKeep(event, { events, outbox: openOutbox, timeoutMilliseconds });
      return result.status === 'returned' ? failureOf(result.error) : { status: 'accepted' };
    } catch (error) {
      return failureOf(error as Error);
    }
  },
});
