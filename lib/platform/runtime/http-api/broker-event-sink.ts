import type { EventPublisher } from '../amqp/event-publisher.ts';
import { InvalidMessageError, MessageTooLargeError } from '../publish-errors.ts';
import type { EventSink, SinkOutcome } from './event-sink.ts';

/** Publishes each event and waits for the broker's confirm. */
export const brokerEventSink = (events: EventPublisher): EventSink => ({
  async accept(event, { deadline }) {
    const result = await events.publish(event, { deadline });
    return result.status === 'confirmed' ? { status: 'accepted' } : failureOf(result.error);
  },
});

/**
 * What an event's failure means to its sender. An unroutable event counts as unavailable, too: bindings that are missing now are a matter
 * for whoever runs the broker, and the caller should not throw the event away.
 */
export function failureOf(error: Error): SinkOutcome {
  if (error instanceof MessageTooLargeError)
    return { status: 'too-large', error, bytes: error.bytes, limitBytes: error.limit };
  return { status: error instanceof InvalidMessageError ? 'refused' : 'unavailable', error };
}
