import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { encodeMessage } from '../../../../lib/platform/runtime/amqp/message-encoding.ts';
import { decodeBase64 } from '../../../../lib/platform/runtime/decode/base64.ts';
import type { RabbitMqRecord } from '../../../../lib/platform/runtime/decode/event.ts';
import { decodeRecord } from '../../../../lib/platform/runtime/decode/record.ts';
import { parseTimestampText } from '../../../../lib/platform/runtime/decode/timestamp-text.ts';
import type { Headers, HeaderValue, MessageProperties } from '../../../../lib/platform/runtime/message.ts';
import { fixture, recordOf } from '../lambda-event.ts';

const documentation = fixture('documentation');
const madeUp = fixture('made-up');

const decode = (record: unknown) => decodeRecord(record as RabbitMqRecord, 'q', '/');
const sample = (index: number) => decode(madeUp.rmqMessagesByQueue['orders::eu::events']?.[index]);

describe('a record', () => {
  it('of the documentation decodes into what was published', () => {
    const { raw, problem } = decode(documentation.rmqMessagesByQueue['pizzaQueue::/']?.[0]);
    expect(problem).toBeUndefined();
    expect(raw).toEqual({
      queue: 'q',
      vhost: '/',
      redelivered: false,
      properties: {
        contentType: 'text/plain',
        deliveryMode: 1,
        priority: 34,
        expiration: '60000',
        timestamp: new Date('1970-01-01T00:33:41Z'),
        userId: 'AIDACKCEVSQ6C2EXAMPLE',
      },
      headers: { header1: 'value1', header2: 'value2', numberInHeader: 10 },
      body: Buffer.from('{"timeout":0,"data":"CZrmf0Gw8Ov4bqLQxD4E"}'),
    });
  });

  it('whose properties no client could send comes with some that can be sent', () => {
    const wrong = '\ufffd'.repeat(100);
    const { raw, problem } = decode({
      basicProperties: {
        messageId: wrong,
        contentType: wrong,
        correlationId: wrong,
        priority: -1,
        deliveryMode: 2,
        timestamp: 'Dec 31, 1969, 11:59:59 PM',
        headers: { [wrong]: true, since: 'Jan 1, 0070, 12:00:00 AM' },
      },
      data: '',
    });
    expect(problem).toBeUndefined();
    const cut = `${'\ufffd'.repeat(84)}…`;
    expect(raw.properties).toEqual({ contentType: cut, correlationId: cut, deliveryMode: 2 });
    expect(raw.headers).toEqual({ [cut]: true, since: 'Jan 1, 0070, 12:00:00 AM' });
    const message = { exchange: '', routingKey: 'q', ...raw };
    expect(() => encodeMessage(message, { maximumBodyBytes: 10 })).not.toThrow();
  });

  it('may carry every kind of header, strings with signed or unsigned bytes', () => {
    expect(sample(0).raw.headers).toEqual({
      city: 'München',
      latin1: Buffer.from('München', 'latin1'),
      unsigned: 'ü',
      empty: '',
      urgent: true,
      ratio: 0.5,
      nothing: null,
      sent: new Date('2026-11-20T12:00:01Z'),
      'x-death': [
        { count: 1, reason: 'expired', queue: 'q', time: new Date('2026-11-20T11:59:59Z'), 'routing-keys': ['k'] },
      ],
      table: { bytes: 'x', more: { deep: [1, [true, null]] } },
    });
  });

  it('keeps priority 0 and reads a time behind a narrow no-break space', () => {
    expect(sample(0).raw.properties).toMatchObject({ priority: 0, timestamp: new Date('2026-11-20T23:05:09Z') });
    expect(sample(0).raw.redelivered).toBe(true);
  });

  it('with nothing set has no properties, no headers and an empty body', () => {
    expect(sample(1)).toEqual({
      raw: { queue: 'q', vhost: '/', redelivered: false, properties: {}, headers: {}, body: Buffer.alloc(0) },
      problem: undefined,
    });
  });

  it('that is damaged keeps what can be saved, with the problem named', () => {
    const notBase64 = decode({ ...recordOf({ properties: { messageId: 'm' } }), data: 'not base64!' });
    expect(notBase64.problem?.message).toBe('data is not base64: " " at position 3');
    expect(notBase64.raw).toMatchObject({ properties: { messageId: 'm' }, body: Buffer.from('not base64!') });
    expect(decode({ ...recordOf({}), data: 7 }).problem?.message).toBe("the record's data is not a string");
    expect(decode({ data: 'eA==' })).toMatchObject({
      problem: { message: 'the record has no basicProperties' },
      raw: { body: Buffer.from('x') },
    });
    expect(decode(null).problem).toBeDefined();
  });

  it('with a header nested without end loses that header only', () => {
    let deep: Record<string, unknown> = {};
    for (let level = 0; level < 5000; level++) deep = { deep };
    const record = recordOf({ headers: { fine: 'yes' } });
    const { raw, problem } = decode({
      ...record,
      basicProperties: { ...record.basicProperties, headers: { ...record.basicProperties.headers, deep } },
    });
    expect(raw.headers).toEqual({ fine: 'yes' });
    expect(problem?.message).toBe('header "deep": nested deeper than 100 levels');
  });
});

const seconds = fc.integer({ min: 0, max: 253_402_300_799 }).map((value) => new Date(value * 1000));
const bytes = fc.uint8Array({ maxLength: 40 }).map((value) => Buffer.from(value));
const { table } = fc.letrec<{ value: HeaderValue; table: Headers }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.string({ unit: 'grapheme' }),
    // A string that is UTF-8 comes back as text, whatever it was made from.
    bytes.filter((value) => value.toString('utf8').includes('\ufffd')),
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }).filter((value) => !Object.is(value, -0)),
    fc.boolean(),
    fc.constant(null),
    seconds,
    fc.array(tie('value'), { maxLength: 4 }),
    tie('table'),
  ),
  table: fc
    .dictionary(fc.oneof(fc.string(), fc.constantFrom('__proto__', 'bytes', 'constructor')), tie('value'), {
      maxKeys: 5,
    })
    // `{ bytes: [] }` and `{ bytes: [1] }` look like a string.
    .filter((table) => !Array.isArray(table.bytes)),
}));

const properties: fc.Arbitrary<MessageProperties> = fc.record(
  {
    contentType: fc.string(),
    contentEncoding: fc.string(),
    deliveryMode: fc.integer({ min: 1, max: 2 }),
    priority: fc.integer({ min: 0, max: 255 }),
    correlationId: fc.string(),
    replyTo: fc.string(),
    expiration: fc.nat().map(String),
    messageId: fc.string(),
    timestamp: seconds,
    type: fc.string(),
    userId: fc.string(),
    appId: fc.string(),
  },
  { requiredKeys: [] },
);

describe('whatever is published', () => {
  it('comes out of the event as it went in', () => {
    fc.assert(
      fc.property(properties, table, bytes, (properties, headers, body) => {
        const event = JSON.stringify(recordOf({ properties, headers, body }));
        const { raw, problem } = decode(JSON.parse(event));
        expect(problem).toBeUndefined();
        expect(raw.properties).toEqual(properties);
        expect(Object.entries(raw.headers)).toEqual(Object.entries(headers));
        expect(raw.body.equals(body)).toBe(true);
      }),
    );
  });
});

describe('base64', () => {
  it('of any bytes decodes to them', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), (value) => {
        expect(decodeBase64(Buffer.from(value).toString('base64')).equals(value)).toBe(true);
      }),
    );
  });

  it('that is damaged is refused, never shortened', () => {
    const strict = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
    const texts = fc.string({ unit: fc.constantFrom(...'ABz09+/=-_ \n!é☃'), maxLength: 12 });
    fc.assert(
      fc.property(texts, (text) => {
        if (strict.test(text)) expect(decodeBase64(text).toString('base64').length).toBe(text.length);
        else expect(() => decodeBase64(text)).toThrow(/^data is not base64: /);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('the text of a timestamp', () => {
  it.each([
    ['Jan 1, 1970, 12:33:41 AM', '1970-01-01T00:33:41Z'],
    ['Jan 1, 1970 12:33:41 AM', '1970-01-01T00:33:41Z'],
    ['Dec 31, 2026, 12:00:00\u202fPM', '2026-12-31T12:00:00Z'],
    ['Feb 29, 2028, 11:59:59 PM', '2028-02-29T23:59:59Z'],
  ])('%s is %s', (text, date) => {
    expect(parseTimestampText(text)).toEqual(new Date(date));
  });

  it.each([
    '',
    'today',
    'Foo 1, 1970, 12:33:41 AM',
    'Feb 30, 2026, 1:00:00 AM',
    'Jan 1, 1970, 13:00:00 PM',
    'Jan 1, 1970, 0:00:00 AM',
  ])('%j is none', (text) => {
    expect(parseTimestampText(text)).toBeUndefined();
  });
});
