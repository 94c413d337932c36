import type { EventPublisher } from '../amqp/event-publisher.ts';
import { UnroutableError } from '../amqp/publish-errors.ts';
import type { Outbox } from '../outbox/outbox.ts';
import { brokerEventSink } from './broker-event-sink.ts';
import type { EventSink } from './event-sink.ts';

/** Kept back of the time for an event to write it into the outbox, in milliseconds. */
const outboxMilliseconds = 2500;

/**
 * Publishes each event and, where the broker does not confirm it in time or refuses it, keeps it in the outbox under the same id. An
 * unroutable one is not kept: the broker is there, and whoever runs it should know.
 *
 * @param openOutbox called when an event has to be kept
 */
export const keepingEventSink = (events: EventPublisher, openOutbox: () => Promise<Pick<Outbox, 'add'>>): EventSink => {
  const broker = brokerEventSink(events);
  return {
    async accept(event, { deadline }) {
      const outcome = await broker.accept(event, { deadline: deadline - outboxMilliseconds });
      if (outcome.status !== 'unavailable' || outcome.error instanceof UnroutableError) return outcome;
      try {
        await (await openOutbox()).add(event);
        return { status: 'accepted' };
      } catch (error) {
        return { status: 'unavailable', error: neither(outcome.error, error) };
      }
    },
  };
};

/** Logs leave out `errors`, so the message says both. */
const neither = (broker: Error, outbox: unknown): AggregateError =>
  new AggregateError(
    [broker, outbox],
    `the event was not confirmed by the broker (${broker}) and not kept in the outbox (${outbox})`,
    { cause: outbox },
  );
