import type { EventPublisher } from '../amqp/event-publisher.ts';
import { InvalidMessageError, MessageTooLargeError } from '../amqp/publish-errors.ts';
import type { PublishResult } from '../publisher.ts';
import type { EventSink, SinkOutcome } from './event-sink.ts';

/** Publishes each event and waits for the broker's confirm. */
export const brokerEventSink = (events: EventPublisher): EventSink => ({
  accept: async (event, { deadline }) => outcomeOf(await events.publish(event, { deadline })),
});

/**
 * An unroutable event counts as unavailable, too: bindings that are missing now are a matter for whoever runs the broker, and the caller
 * should not throw the event away.
 */
function outcomeOf(result: PublishResult): SinkOutcome {
  if (result.status === 'confirmed') return { status: 'accepted' };
  const { error } = result;
  if (error instanceof MessageTooLargeError)
    return { status: 'too-large', error, bytes: error.bytes, limitBytes: error.limit };
  return { status: error instanceof InvalidMessageError ? 'refused' : 'unavailable', error };
}
