import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decodeBody } from '../../../../lib/platform/runtime/decode/body.ts';
import { jsonErrorPosition } from '../../../../lib/platform/runtime/decode/json-position.ts';
import { DecodeError } from '../../../../lib/platform/runtime/errors.ts';
import type { MessageProperties } from '../../../../lib/platform/runtime/message.ts';

const decode = (body: Buffer | string, properties: MessageProperties = {}, limit?: number): unknown =>
  decodeBody({ queue: 'q', vhost: '/', redelivered: false, headers: {}, properties, body: Buffer.from(body) }, limit);
const problemOf = (...parameters: Parameters<typeof decode>): string => {
  try {
    decode(...parameters);
  } catch (error) {
    expect(error).toBeInstanceOf(DecodeError);
    return (error as Error).message;
  }
  throw new Error('no error was thrown');
};

const text = '{"orderId":7,"note":"Grüße"}';
const order = { orderId: 7, note: 'Grüße' };

describe('a body', () => {
  it.each([
    undefined,
    'application/json',
    'application/json; charset=utf-8',
    'Application/JSON;charset="UTF-8"',
    'application/cloudevents+json',
  ])('of content type %s is JSON', (contentType) => {
    expect(decode(text, { contentType })).toEqual(order);
  });

  it('may begin with a byte order mark', () => {
    expect(decode(`\ufeff${text}`)).toEqual(order);
  });

  it.each(['text/plain', 'text/csv; header=present'])('of content type %s is text', (contentType) => {
    expect(decode('a,b', { contentType })).toBe('a,b');
  });

  it('is read in the charset that its content type names', () => {
    expect(decode(Buffer.from('Gr\xfc\xdfe', 'latin1'), { contentType: 'text/plain; charset=iso-8859-1' })).toBe(
      'Grüße',
    );
    expect(decode(Buffer.from(text, 'utf16le'), { contentType: 'application/json; charset=utf-16le' })).toEqual(order);
  });

  it.each(['application/octet-stream', 'application/x-protobuf', 'image/png', 'nonsense'])(
    'of content type %s is bytes, untouched',
    (contentType) => {
      expect(decode(Buffer.from([0, 255, 128]), { contentType })).toEqual(Buffer.from([0, 255, 128]));
    },
  );

  it.each([
    ['gzip', gzipSync(text)],
    ['x-gzip', gzipSync(text)],
    ['GZIP', gzipSync(text)],
    ['gzip', Buffer.concat([gzipSync(text.slice(0, 5)), gzipSync(text.slice(5))])],
    ['deflate', deflateSync(text)],
    ['deflate', deflateRawSync(text)],
    ['br', brotliCompressSync(text)],
    ['zstd', zstdCompressSync(text)],
    ['zstd', Buffer.concat([zstdCompressSync(text.slice(0, 5)), zstdCompressSync(text.slice(5))])],
    ['identity', Buffer.from(text)],
    ['', Buffer.from(text)],
    ['deflate, gzip', gzipSync(deflateSync(text))],
    ['br,identity , zstd', zstdCompressSync(brotliCompressSync(text))],
  ])('with content encoding "%s" is decompressed', (contentEncoding, body) => {
    expect(decode(body, { contentEncoding })).toEqual(order);
  });
});

describe('a body that cannot be read', () => {
  it.each([
    ['', 'the body is not JSON: it is empty'],
    ['{"a":1', 'the body is not JSON: it ends too early at position 6'],
    ['{"a":1,}', 'the body is not JSON: unexpected "}" at position 7'],
    ['hello', 'the body is not JSON: unexpected "h" at position 0'],
    ["{'a':1}", 'the body is not JSON: unexpected "\'" at position 1'],
  ])('%j: %s', (body, problem) => {
    expect(problemOf(body, { contentType: 'application/json' })).toBe(problem);
  });

  it('names the byte that is not UTF-8', () => {
    expect(problemOf(Buffer.from([0x7b, 0x22, 0xff, 0x22]))).toBe(
      'the body is not valid UTF-8: wrong byte at position 2',
    );
    expect(problemOf(Buffer.from('äö\xe4', 'latin1').subarray(0, 1), { contentType: 'text/plain' })).toContain(
      'position 1',
    );
  });

  it('names a charset that it does not know, or does not fit', () => {
    expect(problemOf('x', { contentType: 'text/plain; charset=klingon' })).toBe(
      '"klingon" is a charset that is not supported',
    );
    expect(problemOf('x', { contentType: 'text/plain; charset=utf-16le' })).toContain('not valid');
  });

  it('names an encoding that it does not know', () => {
    expect(problemOf('x', { contentEncoding: 'gzip, compress' })).toBe(
      'content encoding "compress" is not supported; supported are gzip, x-gzip, deflate, br, zstd, identity',
    );
    expect(problemOf('x', { contentEncoding: 'constructor' })).toContain('"constructor" is not supported');
  });

  const compressed = [
    ['gzip', gzipSync(text)],
    ['deflate', deflateSync(text)],
    ['br', brotliCompressSync(text)],
    ['zstd', zstdCompressSync(text)],
  ] as const;

  it.each(compressed)('%s is truncated', (contentEncoding, body) => {
    for (let length = 0; length < body.length; length++) {
      expect(problemOf(body.subarray(0, length), { contentEncoding })).toBe(
        `content encoding ${contentEncoding}: the data is truncated (unexpected end of file)`,
      );
    }
  });

  it.each(compressed)('%s is followed by something else', (contentEncoding, body) => {
    expect(problemOf(Buffer.concat([body, Buffer.from('rest')]), { contentEncoding })).toContain(contentEncoding);
  });

  it.each(['gzip', 'deflate', 'br', 'zstd'])('%s was never applied', (contentEncoding) => {
    expect(problemOf(text, { contentEncoding })).toContain(`content encoding ${contentEncoding}: `);
  });

  it.each([
    ['gzip', gzipSync(Buffer.alloc(2_000_000))],
    ['deflate', deflateRawSync(Buffer.alloc(2_000_000))],
    ['br', brotliCompressSync(Buffer.alloc(2_000_000))],
    ['zstd', zstdCompressSync(Buffer.alloc(2_000_000))],
    ['zstd', Buffer.concat([zstdCompressSync(Buffer.alloc(600_000)), zstdCompressSync(Buffer.alloc(600_000))])],
  ])('%s is a bomb', (contentEncoding, bomb) => {
    expect(problemOf(bomb, { contentEncoding }, 1_000_000)).toBe(
      `content encoding ${contentEncoding}: the decompressed body exceeds the limit of 1000000 bytes`,
    );
  });

  it('is a bomb in a bomb', () => {
    const bomb = gzipSync(zstdCompressSync(Buffer.alloc(70_000_000)));
    expect(problemOf(bomb, { contentEncoding: 'zstd, gzip' })).toContain('limit of 67108864 bytes');
  });
});

describe('the position of an error in JSON', () => {
  const broken = fc
    .tuple(
      fc.json({ maxDepth: 4 }),
      fc.nat(),
      fc.string({ unit: fc.constantFrom(...'{}[],:"\\ut1-.eE \n\u0001'), maxLength: 2 }),
      fc.nat(2),
    )
    .map(([json, at, insert, remove]) => {
      const start = at % (json.length + 1);
      return json.slice(0, start) + insert + json.slice(start + remove);
    });

  it('is there exactly when the text is not JSON, with nothing wrong in front of it', () => {
    fc.assert(
      fc.property(broken, (text) => {
        const position = jsonErrorPosition(text);
        try {
          JSON.parse(text);
        } catch {
          expect(position).toBeGreaterThanOrEqual(0);
          // What is in front of it was fine: it is complete, or only ends too early.
          expect([-1, position]).toContain(jsonErrorPosition(text.slice(0, position)));
          return;
        }
        expect(position).toBe(-1);
      }),
      { numRuns: 1000 },
    );
  });
});
