import { describe, expect, it } from '@jest/globals';
import type { EventPublisher } from '../../../../lib/platform/runtime/amqp/event-publisher.ts';
import { keepingEventSink } from '../../../../lib/platform/runtime/http-api/keeping-event-sink.ts';
import {
  MessageTooLargeError,
  RejectedError,
  UnroutableError,
} from '../../../../lib/platform/runtime/publish-errors.ts';
import type { PublishResult } from '../../../../lib/platform/runtime/publisher.ts';

const target = { exchange: 'events', routingKey: 'order.placed' };
const event = { id: 'the-id', type: 'order.placed', data: {} };

const accept = async (result: PublishResult, outboxError?: Error) => {
  const kept: unknown[] = [];
  let opened = 0;
  const sink = keepingEventSink(
    { publish: async () => ({ ...result, id: event.id }) } as unknown as EventPublisher,
    async () => {
      opened += 1;
      return {
        add: async (...events) => {
          if (outboxError) throw outboxError;
          kept.push(...events);
          return [];
        },
      };
    },
  );
  return { outcome: await sink.accept(event, { deadline: Date.now() + 5000 }), kept, opened };
};

describe('an event that comes in where there is an outbox', () => {
  it('needs none when the broker confirms it', async () => {
    expect(await accept({ status: 'confirmed' })).toEqual({ outcome: { status: 'accepted' }, kept: [], opened: 0 });
  });

  it.each<PublishResult>([
    { status: 'failed', error: new Error('broker is away'), mayHaveArrived: true },
    { status: 'rejected', error: new RejectedError(target, 8) },
  ])('is accepted all the same when it $status, and kept under its id', async (result) => {
    expect(await accept(result)).toMatchObject({ outcome: { status: 'accepted' }, kept: [event] });
  });

  it.each<[PublishResult, string]>([
    [{ status: 'returned', error: new UnroutableError(target, 312, 'NO_ROUTE') }, 'unavailable'],
    [{ status: 'failed', error: new MessageTooLargeError(9, 8), mayHaveArrived: false }, 'too-large'],
  ])('is not kept when trying again is not what it needs', async (result, status) => {
    expect(await accept(result)).toMatchObject({ outcome: { status }, kept: [], opened: 0 });
  });

  it('is not accepted when it is neither confirmed nor kept, and both reasons are told', async () => {
    const away = new Error('away');
    const noTable = new Error('no table');
    const { outcome } = await accept({ status: 'failed', error: away, mayHaveArrived: false }, noTable);
    expect(outcome).toMatchObject({ status: 'unavailable', error: { errors: [away, noTable], cause: noTable } });
    expect('error' in outcome && outcome.error.message).toMatch(/broker \(Error: away\).*outbox \(Error: no table\)/);
  });
});
