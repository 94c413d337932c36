import { describe, expect, it, test } from '@jest/globals';
import { encodeMessage } from '../../../../lib/platform/runtime/amqp/message-encoding.ts';
import type { OutgoingMessage } from '../../../../lib/platform/runtime/publisher.ts';

const message = (change: Partial<OutgoingMessage> = {}): OutgoingMessage => ({
  exchange: 'events',
  routingKey: 'order.placed',
  properties: {},
  headers: {},
  body: Buffer.from('{}'),
  ...change,
});
const limits = { maximumBodyBytes: 100 };

describe('a message', () => {
  it('is mandatory, and persistent unless it says otherwise', () => {
    expect(encodeMessage(message(), limits)).toMatchObject({ mandatory: true, deliveryMode: 2 });
    expect(encodeMessage(message({ properties: { deliveryMode: 1 } }), limits)).toMatchObject({ deliveryMode: 1 });
  });

  it('carries its timestamp in whole seconds', () => {
    const properties = { timestamp: new Date('2026-11-20T10:00:00.999Z') };
    expect(encodeMessage(message({ properties }), limits).timestamp).toBe(Date.UTC(2026, 10, 20, 10) / 1000);
  });

  it('may be as large as the limit, not a byte more', () => {
    expect(() => encodeMessage(message({ body: Buffer.alloc(100) }), limits)).not.toThrow();
    expect(() => encodeMessage(message({ body: Buffer.alloc(101) }), limits)).toThrow(
      'message body has 101 bytes; the broker takes at most 100',
    );
  });

  test.each<[string, Partial<OutgoingMessage>, string]>([
    ['a routing key of 256 bytes', { routingKey: 'k'.repeat(256) }, 'routing key has 256 bytes'],
    ['a routing key of 128 two-byte characters', { routingKey: 'ä'.repeat(128) }, 'routing key has 256 bytes'],
    ['a type of 300 bytes', { properties: { type: 't'.repeat(300) } }, 'type has 300 bytes'],
    ['priority 256', { properties: { priority: 256 } }, 'priority is 256'],
    ['an expiration in words', { properties: { expiration: '5 s' } }, 'expiration is "5 s"'],
    ['an expiration beyond 32 bits', { properties: { expiration: '4294967296' } }, 'expiration is "4294967296"'],
    ['an invalid timestamp', { properties: { timestamp: new Date(Number.NaN) } }, 'timestamp'],
    ['headers of 70 KB', { headers: { a: 'x'.repeat(70_000) } }, 'at most 65536 fit'],
    ['a body of another kind', { body: 'text' as unknown as Buffer }, 'body is not a Buffer'],
  ])('with %s is refused by name', (_, change, expected) => {
    expect(() => encodeMessage(message(change), { maximumBodyBytes: 1000 })).toThrow(expected);
  });
});
