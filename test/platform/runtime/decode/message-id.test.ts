import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { messageIdOf } from '../../../../lib/platform/runtime/decode/message-id.ts';
import type { MessageProperties, RawMessage } from '../../../../lib/platform/runtime/message.ts';

const message = (properties: MessageProperties, body = 'body', more: Partial<RawMessage> = {}): RawMessage => ({
  queue: 'q',
  vhost: '/',
  redelivered: false,
  headers: {},
  properties,
  body: Buffer.from(body),
  ...more,
});

describe('the id of a message', () => {
  it('is the one that its publisher set', () => {
    expect(messageIdOf(message({ messageId: 'm-1', type: 'a' }))).toBe('m-1');
  });

  it('is made from its content where there is none, and may not change between versions', () => {
    const properties = {
      type: 'order.placed',
      correlationId: 'c',
      timestamp: new Date(1000),
      contentType: 'text/plain',
    };
    expect(messageIdOf(message(properties))).toBe(
      'sha256:27e87a6d1325a2b313eb569572fe7f10739ac70a1f24625794d7e48dfeea9f85',
    );
  });

  it('is the same for every copy: redelivered, from another queue, with other headers', () => {
    const properties = { type: 't', messageId: '' };
    expect(messageIdOf(message(properties, 'b', { redelivered: true, queue: 'r', headers: { 'x-attempt': 2 } }))).toBe(
      messageIdOf(message({ type: 't', priority: 5, deliveryMode: 2 }, 'b')),
    );
  });

  it('differs when any of the five parts does', () => {
    const part = fc.option(fc.constantFrom('', 'a', 'b', '","', 'null'), { nil: undefined });
    const parts = fc.record({
      type: part,
      correlationId: part,
      contentType: part,
      timestamp: fc.option(fc.constantFrom(new Date(0), new Date(1000)), { nil: undefined }),
      body: fc.constantFrom('', 'a', '\n'),
    });
    fc.assert(
      fc.property(parts, parts, ({ body: bodyA, ...a }, { body: bodyB, ...b }) => {
        const same =
          JSON.stringify([
            a.type ?? null,
            a.correlationId ?? null,
            a.contentType ?? null,
            a.timestamp ?? null,
            bodyA,
          ]) ===
          JSON.stringify([b.type ?? null, b.correlationId ?? null, b.contentType ?? null, b.timestamp ?? null, bodyB]);
        expect(messageIdOf(message(a, bodyA)) === messageIdOf(message(b, bodyB))).toBe(same);
      }),
    );
  });
});
