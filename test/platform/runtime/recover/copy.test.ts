import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { encodeRecord } from '../../../../lib/platform/local/mapping/encode-record.ts';
import { encodeHeaders } from '../../../../lib/platform/runtime/amqp/header-encoding.ts';
import { decodeRecord } from '../../../../lib/platform/runtime/decode/record.ts';
import type { Headers, HeaderValue, MessageProperties, RawMessage } from '../../../../lib/platform/runtime/message.ts';
import type { OutgoingMessage } from '../../../../lib/platform/runtime/publisher.ts';
import { deadLetterCopy, deferredCopy, retryCopy } from '../../../../lib/platform/runtime/recover/copy.ts';
import { describeError } from '../../../../lib/platform/runtime/recover/describe-error.ts';
import { fitHeaders, headerBudgetBytes } from '../../../../lib/platform/runtime/recover/fit-headers.ts';
import { headerTableBytes } from '../../../../lib/platform/runtime/recover/header-size.ts';
import { recordOf, redelivery } from '../lambda-event.ts';

const at = Date.parse('2026-11-20T12:00:00Z');
const failure = { error: { type: 'OutOfStock', message: 'none left', stack: 'OutOfStock: none left\n    at x' }, at };
const raw = (more: Partial<RawMessage> = {}): RawMessage => ({
  queue: 'fulfil-order',
  vhost: 'events',
  redelivered: false,
  properties: { messageId: 'm-1', type: 'order.placed' },
  headers: { tenant: 'acme' },
  body: Buffer.from([0, 1, 255]),
  ...more,
});

describe('a copy of what was replayed', () => {
  it('says so however many headers there are', () => {
    const headers = Object.fromEntries(Array.from({ length: 7800 }, (_, index) => [`h${index}`, true]));
    const copy = retryCopy({ raw: raw({ headers }), attempt: 1, redriveCount: 3 }, failure, 5);
    expect(copy.headers).toMatchObject({ 'x-redrive-count': 3, 'x-dropped-headers': expect.any(String) });
  });
});

describe('the stack of an error', () => {
  const deep = new Error('x'.repeat(20_000));
  deep.stack = `Error: x\n${'    at somewhere (/var/task/index.mjs:1:1)\n'.repeat(1000)}`;
  const largest = { error: describeError(deep), at };
  /** Bytes of the record in the event that a function gets when the copy is delivered. */
  const recordBytes = ({ properties: { messageId }, headers, body }: OutgoingMessage) =>
    Buffer.byteLength(
      JSON.stringify(encodeRecord({ properties: { messageId, headers }, redelivered: false, content: body })),
    );
  const eventBytes = 6_291_456;

  it('does not crowd out the messages of an event: 500 retries of 1 KB fit into 6 MB', () => {
    const message = { raw: raw({ body: Buffer.alloc(1000) }), attempt: 1, redriveCount: 0 };
    const retry = recordBytes(retryCopy(message, largest, 5));
    expect(Math.floor(eventBytes / retry)).toBeGreaterThan(500);
    // What it was when the whole stack rode along.
    expect(Math.floor(eventBytes / recordBytes(deadLetterCopy(message, largest, 'exhausted')))).toBeLessThan(60);
  });

  it('is there in full in the dead letter', () => {
    const { headers } = deadLetterCopy({ raw: raw(), attempt: 1, redriveCount: 0 }, largest, 'exhausted');
    expect(headers['x-exception-stacktrace']).toBe(largest.error.stack);
    expect(Buffer.byteLength(String(largest.error.stack))).toBeGreaterThan(24_000);
  });

  it('begins in a retry as it does in full', () => {
    const { headers } = retryCopy({ raw: raw(), attempt: 1, redriveCount: 0 }, largest, 5);
    const stack = String(headers['x-exception-stacktrace']);
    expect(stack).toMatch(/^Error: x\n {4}at somewhere/);
    expect(Buffer.byteLength(stack)).toBeLessThanOrEqual(1024);
  });
});

describe('a copy for the next attempt', () => {
  it('waits in the delay infrastructure and says what has failed, when, and which attempt it is for', () => {
    expect(retryCopy({ raw: raw(), attempt: 2, redriveCount: 0 }, failure, 5)).toEqual({
      exchange: 'delay.level-02',
      routingKey: '0.0.0.0.0.0.0.0.0.0.0.0.0.1.0.1.fulfil-order',
      properties: { messageId: 'm-1', type: 'order.placed', deliveryMode: 2 },
      headers: {
        tenant: 'acme',
        'x-attempt': 3,
        'x-first-failed-at': '2026-11-20T12:00:00.000Z',
        'x-last-failed-at': '2026-11-20T12:00:00.000Z',
        'x-exception-type': 'OutOfStock',
        'x-exception-message': 'none left',
        'x-exception-stacktrace': 'OutOfStock: none left\n    at x',
        'x-original-queue': 'fulfil-order',
      },
      body: Buffer.from([0, 1, 255]),
    });
  });

  it('remembers the first failure and forgets the last one but its own', () => {
    const headers = {
      'x-first-failed-at': '2026-11-01T00:00:00.000Z',
      'x-last-failed-at': '2026-11-02T00:00:00.000Z',
      'x-exception-type': 'Earlier',
      'x-exception-stacktrace': 'Earlier: …',
      'x-dead-letter-reason': 'fatal',
    };
    const copy = retryCopy(
      { raw: raw({ headers }), attempt: 1, redriveCount: 0 },
      { error: { type: 'string', message: 'x' }, at },
      1,
    );
    expect(copy.headers).toEqual({
      'x-attempt': 2,
      'x-first-failed-at': '2026-11-01T00:00:00.000Z',
      'x-last-failed-at': '2026-11-20T12:00:00.000Z',
      'x-exception-type': 'string',
      'x-exception-message': 'x',
      'x-original-queue': 'fulfil-order',
    });
  });
});

describe('a copy for the dead-letter queue', () => {
  it('is routed by the name of its queue and says why it is one', () => {
    const copy = deadLetterCopy({ raw: raw(), attempt: 5, redriveCount: 0 }, failure, 'exhausted');
    expect(copy).toMatchObject({
      exchange: 'dead-letter',
      routingKey: 'fulfil-order',
      headers: { 'x-dead-letter-reason': 'exhausted', 'x-attempt': 5, 'x-exception-type': 'OutOfStock' },
    });
  });
});

describe('a copy for the same attempt', () => {
  it('counts nothing and changes nothing that is known about earlier failures', () => {
    const headers = { 'x-attempt': 2, 'x-exception-type': 'Earlier', 'x-exception-stacktrace': 'Earlier: …' };
    expect(deferredCopy({ raw: raw({ headers }), attempt: 2, redriveCount: 0 }, 1).headers).toEqual(headers);
    expect(deferredCopy({ raw: raw(), attempt: 1, redriveCount: 0 }, 1).headers).toEqual({ tenant: 'acme' });
  });
});

const everyCopy = (original: RawMessage): OutgoingMessage[] => [
  retryCopy({ raw: original, attempt: 1, redriveCount: 0 }, failure, 1),
  deadLetterCopy({ raw: original, attempt: 1, redriveCount: 0 }, failure, 'fatal'),
  deferredCopy({ raw: original, attempt: 1, redriveCount: 0 }, 1),
];

describe('every copy', () => {
  it('is persistent and does not carry what brokers set, which RabbitMQ 3.10 takes for a cycle', () => {
    const headers = {
      'x-death': [{ queue: 'q' }],
      'x-first-death-queue': 'q',
      'x-last-death-reason': 'expired',
      'x-delivery-count': 3,
      'x-acquired-count': 4,
      tenant: 'acme',
    };
    for (const copy of everyCopy(raw({ headers, properties: { deliveryMode: 1 } }))) {
      expect(copy.properties.deliveryMode).toBe(2);
      expect(Object.keys(copy.headers).filter((name) => name.includes('death') || name.includes('count'))).toEqual([]);
      expect(copy.headers.tenant).toBe('acme');
    }
  });

  it('does not expire on its way, is not refused for its user and goes to no further queue; what was there can be read', () => {
    const original = raw({
      properties: { expiration: '60000', userId: 'shop' },
      headers: { CC: ['other'], BCC: ['x'] },
    });
    for (const copy of everyCopy(original)) {
      expect(copy.properties).toEqual({ deliveryMode: 2 });
      expect(copy.headers).toMatchObject({
        'x-original-expiration': '60000',
        'x-original-user-id': 'shop',
        'x-original-cc': ['other'],
      });
      expect(Object.keys(copy.headers)).not.toEqual(expect.arrayContaining(['CC']));
      expect(Object.keys(copy.headers)).not.toEqual(expect.arrayContaining(['BCC']));
    }
  });

  it('has the properties and the very bytes of what was published, after any number of copies', () => {
    const properties: fc.Arbitrary<MessageProperties> = fc.record(
      {
        contentType: fc.string(),
        contentEncoding: fc.constantFrom('gzip', 'nonsense'),
        priority: fc.integer({ min: 0, max: 255 }),
        correlationId: fc.string(),
        replyTo: fc.string(),
        messageId: fc.string(),
        timestamp: fc.integer({ min: 0, max: 4_000_000_000 }).map((seconds) => new Date(seconds * 1000)),
        type: fc.string(),
        appId: fc.string(),
      },
      { requiredKeys: [] },
    );
    const steps = fc.array(fc.constantFrom('retry', 'defer', 'dead-letter'), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(properties, fc.uint8Array({ maxLength: 200 }), steps, (properties, bytes, steps) => {
        const body = Buffer.from(bytes);
        let message = raw({ properties, body });
        let attempt = 1;
        for (const step of steps) {
          const copies = everyCopy(message);
          const copy = step === 'retry' ? copies[0] : step === 'dead-letter' ? copies[1] : copies[2];
          if (!copy) throw new Error('no copy');
          if (step === 'retry') attempt++;
          message = decodeRecord(recordOf(redelivery(copy)), message.queue, message.vhost).raw;
        }
        expect(attempt).toBeGreaterThan(0);
        expect(message.properties).toEqual({ ...properties, deliveryMode: 2 });
        expect(message.body.equals(body)).toBe(true);
        expect(message.headers.tenant).toBe('acme');
      }),
    );
  });
});

describe('the headers of a copy', () => {
  const big = (bytes: number) => 'ü'.repeat(bytes / 2);

  it('lose the stack first, then the end of the message, then the largest of the original, which are named', () => {
    const own = { 'x-exception-message': big(8000), 'x-exception-stacktrace': big(20_000), 'x-attempt': 2 };
    const roomy = fitHeaders({ a: big(30_000) }, own);
    expect(roomy).toEqual({ a: big(30_000), ...own });

    const cutStack = fitHeaders({ a: big(40_000) }, own);
    expect(cutStack['x-exception-message']).toBe(big(8000));
    expect(cutStack['x-exception-stacktrace']).toMatch(/^ü{5000,7000}…$/);

    const cutMessage = fitHeaders({ a: big(58_000) }, own);
    expect(cutMessage).not.toHaveProperty('x-exception-stacktrace');
    expect(cutMessage['x-exception-message']).toMatch(/^ü{1000,2000}…$/);
    expect(cutMessage.a).toBe(big(58_000));

    const dropped = fitHeaders({ a: big(30_000), b: big(62_000), c: 'small' }, own);
    expect(dropped).toMatchObject({ a: big(30_000), c: 'small', 'x-attempt': 2, 'x-dropped-headers': 'b' });
    expect(dropped).not.toHaveProperty('b');
  });

  it('fit into the budget whatever the error and the original, counted as the AMQP client encodes them', () => {
    const value: fc.Arbitrary<HeaderValue> = fc.oneof(
      fc.nat(40_000).map((length) => 'x'.repeat(length)),
      fc.nat(30_000).map((length) => '☃'.repeat(length)),
      fc.nat(40_000).map((length) => Buffer.alloc(length)),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.constantFrom(true, null, new Date(0)),
      fc.array(fc.string(), { maxLength: 20 }),
      fc.dictionary(fc.string({ maxLength: 60 }), fc.integer()),
    );
    const headers = fc.dictionary(fc.string({ unit: 'grapheme', maxLength: 40 }), value, { maxKeys: 12 });
    const errors = fc.oneof(
      fc.anything(),
      fc.record({ text: fc.nat(200_000), stack: fc.nat(200_000) }).map(({ text, stack }) => {
        const error = new Error('é'.repeat(text));
        error.stack = '😀'.repeat(stack);
        return error;
      }),
    );
    fc.assert(
      fc.property(headers, errors, (headers, thrown) => {
        const copy = deadLetterCopy(
          { raw: raw({ headers }), attempt: 1, redriveCount: 0 },
          { error: describeError(thrown), at },
          'exhausted',
        );
        expect(headerTableBytes(copy.headers)).toBeLessThanOrEqual(headerBudgetBytes);
        expect(encodeHeaders(copy.headers).bytes).toBeLessThanOrEqual(headerBudgetBytes);
        expect(copy.headers).toMatchObject({ 'x-dead-letter-reason': 'exhausted', 'x-original-queue': 'fulfil-order' });
        const kept = new Set(Object.keys(copy.headers));
        const missing = Object.keys(headers).filter((name) => !kept.has(name) && name !== 'CC' && name !== 'BCC');
        if (missing.length > 0) expect(copy.headers['x-dropped-headers']).toBeDefined();
      }),
      { numRuns: 300 },
    );
  });

  it('fit even when there are thousands of small ones', () => {
    const headers: Headers = Object.fromEntries(Array.from({ length: 9000 }, (_, index) => [`header-${index}`, index]));
    const copy = retryCopy({ raw: raw({ headers }), attempt: 1, redriveCount: 0 }, failure, 1);
    expect(headerTableBytes(copy.headers)).toBeLessThanOrEqual(headerBudgetBytes);
    expect(copy.headers['x-dropped-headers']).toMatch(/^header-\d+, .*…$/);
  });
});
