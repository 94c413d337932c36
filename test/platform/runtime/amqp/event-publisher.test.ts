import { describe, expect, it, test } from '@jest/globals';
import { createEventPublisher, eventMessage } from '../../../../lib/platform/runtime/amqp/event-publisher.ts';
import type { OutgoingMessage, PublishResult } from '../../../../lib/platform/runtime/publisher.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

describe('an event', () => {
  it('becomes a message with all that consumers, operators and tracing need', () => {
    const clock = new VirtualClock();
    const message = eventMessage({ type: 'order.placed', data: { id: 1 } }, 'the-id', {
      exchange: 'events',
      appId: 'shop',
      clock,
    });
    expect(message).toMatchObject({
      exchange: 'events',
      routingKey: 'order.placed',
      properties: {
        messageId: 'the-id',
        type: 'order.placed',
        appId: 'shop',
        contentType: 'application/json',
        deliveryMode: 2,
      },
      headers: {
        traceparent: expect.stringMatching(/^00-/),
        'x-original-exchange': 'events',
        'x-original-routingKey': 'order.placed',
      },
    });
    expect(message.body.toString()).toBe('{"id":1}');
    expect(message.properties.timestamp?.getTime()).toBe(clock.now());
  });

  it('keeps what its sender says: routing key, time, trace, content type, headers, bytes', () => {
    const time = new Date(1000);
    const message = eventMessage(
      {
        type: 't',
        data: Buffer.from([0, 255]),
        routingKey: 'k',
        time,
        correlationId: 'c',
        priority: 5,
        contentType: 'image/png',
        traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
        tracestate: 'a=b',
        headers: { tenant: 'x' },
      },
      'id',
      { exchange: '' },
    );
    expect(message.routingKey).toBe('k');
    expect(message.properties).toMatchObject({
      timestamp: time,
      correlationId: 'c',
      priority: 5,
      contentType: 'image/png',
    });
    expect(message.headers).toMatchObject({ tenant: 'x', tracestate: 'a=b', 'x-original-routingKey': 'k' });
    expect(message.headers.traceparent).toContain('-4bf92f3577b34da6a3ce929d0e0e4736-');
    expect(message.body).toEqual(Buffer.from([0, 255]));
  });

  const circular: Record<string, unknown> = {};
  circular.self = circular;
  test.each([
    ['undefined', undefined, 'data of event t is undefined'],
    ['a function', () => 1, 'data of event t is function'],
    ['a bigint', 1n, 'cannot be written as JSON'],
    ['circular', circular, 'cannot be written as JSON'],
  ])('whose data is %s is refused by type', (_, data, expected) => {
    expect(() => eventMessage({ type: 't', data }, 'id', { exchange: 'x' })).toThrow(expected);
  });
});

describe('events of which some cannot be sent', () => {
  it.each([
    ['as they are', {}],
    ['compressed', { compression: { aboveBytes: 0 } }],
    ['with large bodies in a store', { claimCheck: { aboveBytes: 50, store: { put: refuse } as never } }],
  ])('have their results in the order given, %s', async (_, options) => {
    const sent: OutgoingMessage[] = [];
    const publisher = {
      async publish(messages: readonly OutgoingMessage[]): Promise<PublishResult[]> {
        sent.push(...messages);
        return messages.map(({ properties }) =>
          properties.messageId === 'returned'
            ? { status: 'returned', error: new Error('no queue') }
            : { status: 'confirmed' },
        );
      },
    };
    const events = createEventPublisher({ publisher, exchange: 'events', ...options });
    const results = await events.publishAll([
      { type: 't', data: undefined, id: 'undefined' },
      { type: 't', data: 1, id: 'first' },
      { type: 't', data: 'x'.repeat(100), id: 'large' },
      { type: 't', data: 1n, id: 'bigint' },
      { type: 't', data: 1, id: 'returned' },
      { type: 't', data: 1, id: 'last' },
    ]);
    const stored = 'claimCheck' in options;
    expect(results.map(({ id, status }) => `${id} ${status}`)).toEqual([
      'undefined failed',
      'first confirmed',
      `large ${stored ? 'failed' : 'confirmed'}`,
      'bigint failed',
      'returned returned',
      'last confirmed',
    ]);
    expect(sent.map(({ properties }) => properties.messageId)).toEqual(
      ['first', 'large', 'returned', 'last'].filter((id) => !(stored && id === 'large')),
    );
  });

  function refuse(): Promise<void> {
    return Promise.reject(new Error('no such bucket'));
  }
});
