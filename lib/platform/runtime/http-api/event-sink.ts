import type { Event } from '../amqp/event-publisher.ts';

/** An event whose id is known. */
export type IdentifiedEvent = Event & { readonly id: string };

/** What became of an event. Only `accepted` means that it will reach whom it concerns. */
export type SinkOutcome =
  | { readonly status: 'accepted' }
  /** Not now; it may have arrived all the same, so it must be sent again under the same id. */
  | { readonly status: 'unavailable'; readonly error: Error }
  | { readonly status: 'too-large'; readonly error: Error; readonly bytes: number; readonly limitBytes: number }
  /** Never: sending it again changes nothing. */
  | { readonly status: 'refused'; readonly error: Error };

/** Takes events over, for good: the broker that confirms them, or an outbox that keeps them until it does. */
export interface EventSink {
  /** @param deadline milliseconds since the epoch by which there is an outcome; does not reject */
  accept(event: IdentifiedEvent, options: { readonly deadline: number }): Promise<SinkOutcome>;
}
