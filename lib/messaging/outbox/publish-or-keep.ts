import type { Event, EventPublisher } from '../amqp/event-publisher.ts';
import type { PublishResult } from '../publisher.ts';
import type { Outbox } from './outbox.ts';

/** Where an event is now, under which id. */
export type PublishOrKeepResult = { readonly id: string } & (
  | Extract<PublishResult, { status: 'confirmed' | 'returned' }>
  /** The broker did not take it in time; it is in the outbox and will be published. It may have arrived already. */
  | { readonly status: 'kept'; readonly problem: Error }
);

export interface PublishOrKeepOptions {
  readonly events: Pick<EventPublisher, 'publish'>;
  /** Must name the same exchange as the publisher. */
  readonly outbox: Pick<Outbox, 'add'>;
  /** How long to try the broker, in milliseconds. @default 3000 */
  readonly timeoutMilliseconds?: number;
  /** Milliseconds since the epoch. @default Date.now */
  readonly now?: () => number;
}

/**
 * Publishes an event directly and, where the broker does not confirm it in time or refuses it, puts it into the outbox
 * under the same id, by which consumers recognise it should it have arrived after all. An event that no queue is bound for
 * comes back as `returned`. Keeps no order: what goes directly overtakes what is in the outbox.
 *
 * @throws {InvalidMessageError | OutboxItemTooLargeError | OutboxUnavailableError} when it is neither confirmed nor kept
 */
export async function publishOrKeep(
  event: Event,
  { events, outbox, timeoutMilliseconds = 3000, now = Date.now }: PublishOrKeepOptions,
): Promise<PublishOrKeepResult> {
  const result = await events.publish(event, { deadline: now() + timeoutMilliseconds });
  if (result.status === 'confirmed' || result.status === 'returned') return result;
  await outbox.add({ ...event, id: result.id });
  return { id: result.id, status: 'kept', problem: result.error };
}
