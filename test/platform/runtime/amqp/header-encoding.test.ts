import { createRequire } from 'node:module';
import { describe, expect, it, test } from '@jest/globals';
import fc from 'fast-check';
import { encodeHeaders } from '../../../../lib/platform/runtime/amqp/header-encoding.ts';
import { InvalidMessageError } from '../../../../lib/platform/runtime/publish-errors.ts';

// amqplib's own codec, which its package does not export: what it encodes and decodes is what goes over the wire.
const codec = createRequire(createRequire(import.meta.url).resolve('amqplib'))('./lib/codec.js') as {
  encodeTable(buffer: Buffer, table: object, offset: number): number;
  decodeFields(slice: Buffer): Record<string, unknown>;
};

function overTheWire(headers: Record<string, unknown>) {
  const { table, bytes } = encodeHeaders(headers);
  const buffer = Buffer.alloc(200_000);
  const written = codec.encodeTable(buffer, table, 0);
  return { received: codec.decodeFields(buffer.subarray(4, written)), bytes, written };
}

describe('headers', () => {
  it('arrive with dates, bytes, big integers and nested values intact', () => {
    const { received } = overTheWire({
      date: new Date(1_700_000_000_900),
      buffer: Buffer.from('abc'),
      bytes: new Uint8Array([1, 2, 3]).subarray(1),
      big: 2n ** 62n,
      nested: { list: [null, true, 'x', 1.5, { deep: new Date(0) }] },
      absent: undefined,
    });
    expect(received).toEqual({
      date: { '!': 'timestamp', value: 1_700_000_000 },
      buffer: Buffer.from('abc'),
      bytes: Buffer.from([2, 3]),
      big: 2 ** 62,
      nested: { list: [null, true, 'x', 1.5, { deep: { '!': 'timestamp', value: 0 } }] },
    });
  });

  it('that amqplib decoded are encoded as the types they were', () => {
    const headers = {
      price: { '!': 'decimal', value: { places: 2, digits: 1234 } },
      at: { '!': 'timestamp', value: 5 },
    };
    expect(overTheWire(headers).received).toEqual(headers);
  });

  it('with a table that has an entry "!" or "__proto__" keep it', () => {
    const headers = JSON.parse('{"table":{"!":"surprise","n":1},"__proto__":{"polluted":true}}');
    const { received } = overTheWire(headers);
    expect(received.table).toEqual({ '!': 'surprise', n: 1 });
    expect(Object.keys(encodeHeaders(headers).table)).toContain('__proto__');
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it.each([
    { '!': 'long', value: 'abc' },
    { '!': 'timestamp', value: -1 },
    { '!': 'byte', value: 300 },
    { '!': 'short', value: 1n },
    { '!': 'int', value: 1e12 },
    { '!': 'decimal', value: 5 },
    { '!': 'double', value: 'x' },
    { '!': 'boolean', value: true },
  ])('with a table that only looks like a named type, %j, keep it as a table', (table) => {
    // amqplib decodes small 64-bit integers as numbers.
    const value = typeof table.value === 'bigint' ? Number(table.value) : table.value;
    expect(overTheWire({ table }).received.table).toEqual({ ...table, value });
  });

  test.each([
    ['a NaN', { a: Number.NaN }, 'header "a" is NaN'],
    ['an infinite number', { a: Number.POSITIVE_INFINITY }, 'header "a" is Infinity'],
    ['a NaN deep inside', { a: { b: [1, { c: Number.NaN }] } }, 'header "a".b[1].c is NaN'],
    ['a named NaN', { a: { '!': 'double', value: Number.NaN } }, 'header "a" is NaN'],
    ['a float beyond the range of floats', { a: { '!': 'float', value: 1e300 } }, 'header "a" is 1e+300'],
    ['an integer beyond 64 bits', { a: 2n ** 63n }, 'integers of 64 bits'],
    ['an invalid date', { a: new Date(Number.NaN) }, 'before 1970 or an invalid one'],
    ['a date before 1970', { a: new Date(-1) }, 'before 1970'],
    ['a function', { a: () => 1 }, 'header "a" is a function'],
    ['an undefined item of a list', { a: [undefined] }, 'header "a"[0] is a undefined'],
    ['a name of 256 bytes', { ['n'.repeat(256)]: 1 }, 'name of 256 bytes'],
  ])('with %s are refused by name', (_, headers, expected) => {
    expect(() => encodeHeaders(headers)).toThrow(InvalidMessageError);
    expect(() => encodeHeaders(headers)).toThrow(expected);
  });

  it('of any kind and depth are sent by amqplib, within the size that was reckoned', () => {
    const leaf = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.boolean(),
      fc.constant(null),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.maxSafeInteger(),
      fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
      fc.date({ min: new Date(0), noInvalidDate: true }),
      fc.uint8Array(),
    );
    const { table } = fc.letrec((tie) => ({
      value: fc.oneof({ depthSize: 'small' }, leaf, fc.array(tie('value')), tie('table')),
      table: fc.dictionary(fc.string({ maxLength: 40 }), tie('value')),
    }));
    fc.assert(
      fc.property(table, (headers) => {
        const { received, bytes, written } = overTheWire(headers as Record<string, unknown>);
        // amqplib's decoder, not its encoder, loses a header of that name.
        const names = Object.keys(headers as object).filter((name) => name !== '__proto__');
        expect(Object.keys(received).sort()).toEqual(names.sort());
        expect(bytes).toBeGreaterThanOrEqual(written);
      }),
    );
  });
});
