import type { Event, EventPublisher } from '../amqp/event-publisher.ts';
import { pointInTime } from '../amqp/scheduled-delivery.ts';
import { InvalidMessageError, MessageTooLargeError } from '../publish-errors.ts';
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
  /** Called when an event has to be kept. The outbox must name the same exchange as the publisher. */
  readonly outbox: () => Pick<Outbox, 'add'> | Promise<Pick<Outbox, 'add'>>;
  /** How long to try the broker, in milliseconds. @default 3000 */
  readonly timeoutMilliseconds?: number;
  /** Milliseconds since the epoch. @default Date.now */
  readonly now?: () => number;
}

/** An event is neither with the broker, as far as is known, nor in the outbox. The message says why on both sides. */
export class NotKeptError extends AggregateError {
  override readonly name = 'NotKeptError';

  constructor(broker: Error, outbox: unknown) {
    // Logs leave out `errors`, so the message says both.
    super(
      [broker, outbox],
      `the event was not confirmed by the broker (${broker}) and not kept in the outbox (${outbox})`,
      { cause: outbox },
    );
  }
}

/**
 * Publishes an event directly and, where the broker does not confirm it in time or refuses it, puts it into the outbox
 * under the same id, by which consumers recognise it should it have arrived after all. An event that no queue is bound for
 * comes back as `returned`: the broker is there, and whoever runs it should know. Keeps no order: what goes directly
 * overtakes what is in the outbox.
 *
 * @throws {InvalidMessageError | MessageTooLargeError} for what the broker never takes
 * @throws {NotKeptError}
 */
export async function publishOrKeep(
  event: Event,
  { events, outbox, timeoutMilliseconds = 3000, now = Date.now }: PublishOrKeepOptions,
): Promise<PublishOrKeepResult> {
  const calledAt = now();
  const result = await events.publish(event, { deadline: calledAt + timeoutMilliseconds });
  if (result.status === 'confirmed' || result.status === 'returned') return result;
  if (result.error instanceof InvalidMessageError || result.error instanceof MessageTooLargeError) throw result.error;
  try {
    // A delay counts from the call, not from when the broker was given up.
    const { delay: _, ...kept } = event;
    const deliverAt = pointInTime(event, calledAt);
    await (await outbox()).add({ ...kept, ...(deliverAt && { deliverAt }), id: result.id });
  } catch (error) {
    throw new NotKeptError(result.error, error);
  }
  return { id: result.id, status: 'kept', problem: result.error };
}
