import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { encodeHeader, encodeRecord } from '../../../../lib/platform/local/mapping/encode-record.ts';
import { decodeRecord } from '../../../../lib/platform/runtime/decode/record.ts';

/** The example of https://docs.aws.amazon.com/lambda/latest/dg/with-mq.html, with another body. */
const documented = {
  basicProperties: {
    contentType: 'text/plain',
    contentEncoding: null,
    headers: {
      header1: { bytes: [118, 97, 108, 117, 101, 49] },
      header2: { bytes: [118, 97, 108, 117, 101, 50] },
      numberInHeader: 10,
    },
    deliveryMode: 1,
    priority: 34,
    correlationId: null,
    replyTo: null,
    expiration: '60000',
    messageId: null,
    timestamp: 'Jan 1, 1970, 12:33:41 AM',
    type: null,
    userId: 'AIDACKCEVSQ6C2EXAMPLE',
    appId: null,
    clusterId: null,
    bodySize: 4,
  },
  redelivered: false,
  data: 'AAH+/w==',
};

describe('a message from the broker', () => {
  it('becomes the record of Lambda’s documentation', () => {
    const properties = {
      contentType: 'text/plain',
      headers: { header1: 'value1', header2: 'value2', numberInHeader: 10 },
      deliveryMode: 1,
      priority: 34,
      expiration: '60000',
      timestamp: 2021,
      userId: 'AIDACKCEVSQ6C2EXAMPLE',
    } as const;
    const record = encodeRecord({ properties, redelivered: false, content: Buffer.from([0, 1, 254, 255]) });
    expect(record).toEqual(documented);
    expect(Object.keys(record.basicProperties)).toEqual(Object.keys(documented.basicProperties));
  });

  it('without headers has null headers', () => {
    expect(encodeRecord({ properties: {}, redelivered: true, content: Buffer.alloc(0) })).toMatchObject({
      basicProperties: { headers: null, timestamp: null, bodySize: 0 },
      redelivered: true,
      data: '',
    });
  });

  it.each([
    ['a string outside ASCII', 'é', { bytes: [-61, -87] }],
    ['bytes', Buffer.from([0, 127, 128, 255]), { bytes: [0, 127, -128, -1] }],
    ['a boolean', true, true],
    ['void', null, null],
    ['a time', { '!': 'timestamp', value: 0 }, 'Jan 1, 1970, 12:00:00 AM'],
    ['a decimal', { '!': 'decimal', value: { places: 2, digits: 1234 } }, 12.34],
    ['an array', ['a', [1, null]], [{ bytes: [97] }, [1, null]]],
    [
      'a table',
      { reason: 'x', time: { '!': 'timestamp', value: 43_200 } },
      { reason: { bytes: [120] }, time: 'Jan 1, 1970, 12:00:00 PM' },
    ],
  ])('has %s in its headers as Lambda would show it', (_name, value, expected) => {
    expect(encodeHeader(value)).toEqual(expected);
  });

  it('keeps a header named __proto__', () => {
    const headers = JSON.parse('{"__proto__":"x"}') as Record<string, string>;
    const record = encodeRecord({ properties: { headers }, redelivered: false, content: Buffer.alloc(0) });
    expect(JSON.stringify(record)).toContain('"headers":{"__proto__":{"bytes":[120]}}');
  });

  it('is what the run time’s decoder gives back, whatever its headers, properties and body', () => {
    const text = fc.string({ unit: 'grapheme' });
    const leaf = fc.oneof(text, fc.integer(), fc.boolean(), fc.constant(null));
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        leaf,
        fc.array(tie('value'), { maxLength: 4 }),
        // A table whose only entry is named "bytes" cannot be told from a string in Lambda's event.
        fc.dictionary(
          fc.string().filter((name) => name !== 'bytes' && name !== '!'),
          tie('value'),
          { maxKeys: 4, noNullPrototype: true },
        ),
      ),
    }));
    const headers = fc.dictionary(
      fc.string().filter((name) => name !== '__proto__'),
      value,
      { maxKeys: 6, noNullPrototype: true },
    );
    const properties = fc.record({
      headers,
      messageId: text,
      type: text,
      priority: fc.nat(255),
      timestamp: fc.nat(4_000_000_000),
    });
    fc.assert(
      fc.property(properties, fc.uint8Array(), fc.boolean(), (given, bytes, redelivered) => {
        const content = Buffer.from(bytes);
        const record = JSON.parse(JSON.stringify(encodeRecord({ properties: given as never, content, redelivered })));
        const { raw, problem } = decodeRecord(record, 'q', 'v');
        expect(problem).toBeUndefined();
        expect(raw.body).toEqual(content);
        expect(raw.redelivered).toBe(redelivered);
        expect(raw.headers).toEqual(given.headers);
        expect(raw.properties).toMatchObject({
          messageId: given.messageId,
          type: given.type,
          priority: given.priority,
          timestamp: new Date(given.timestamp * 1000),
        });
      }),
    );
  });
});
