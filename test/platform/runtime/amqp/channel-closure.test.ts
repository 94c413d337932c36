import { describe, expect, it, test } from '@jest/globals';
import { objectionIn } from '../../../../lib/platform/runtime/amqp/channel-closure.ts';
import type { OutgoingMessage } from '../../../../lib/platform/runtime/publisher.ts';

const message = (change: Partial<OutgoingMessage>): OutgoingMessage => ({
  exchange: 'events',
  routingKey: 'order.placed',
  properties: {},
  headers: {},
  body: Buffer.alloc(10),
  ...change,
});

// Texts captured from RabbitMQ 3.10.8 and 4.0.5, the one about topics from its documentation.
describe('the reply text of a closed channel', () => {
  test.each<[string, Partial<OutgoingMessage>, Partial<OutgoingMessage>]>([
    ["NOT_FOUND - no exchange 'it's' in vhost '/'", { exchange: "it's" }, { exchange: 'it' }],
    [
      "ACCESS_REFUSED - write access to exchange 'events' in vhost 'v' refused for user 'u'",
      {},
      { exchange: 'dead-letter' },
    ],
    ["ACCESS_REFUSED - access to exchange 'events' in vhost 'v' refused for user 'u'", {}, { exchange: 'other' }],
    [
      "ACCESS_REFUSED - write access to topic 'order.placed' in exchange 'events' in vhost 'v' refused for user 'u'",
      {},
      { routingKey: 'order.cancelled' },
    ],
    ["ACCESS_REFUSED - cannot publish to internal exchange 'events' in vhost 'v'", {}, { exchange: 'other' }],
    [
      'PRECONDITION_FAILED - message size 524289 is larger than configured max size 524288',
      { body: Buffer.alloc(524_289) },
      { body: Buffer.alloc(524_288) },
    ],
    [
      "PRECONDITION_FAILED - user_id property set to 'other' but authenticated user was 'me'",
      { properties: { userId: 'other' } },
      { properties: { userId: 'me' } },
    ],
  ])('%s tells which messages the broker objects to', (text, refused, accepted) => {
    const objection = objectionIn(text);
    expect(objection?.concerns(message(refused))).toBe(true);
    expect(objection?.concerns(message(accepted))).toBe(false);
  });

  it('names no message when it does not tell', () => {
    expect(objectionIn('PRECONDITION_FAILED - invalid message: {unacceptable_type_in_header,"CC",longstr}')).toBe(
      undefined,
    );
  });
});
