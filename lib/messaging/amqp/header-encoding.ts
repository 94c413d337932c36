import { InvalidMessageError } from './publish-errors.ts';

/** A header table as amqplib encodes it, with its size on the wire. */
export interface EncodedHeaders {
  readonly table: Readonly<Record<string, unknown>>;
  /** Bytes of the encoded table, its length prefix included. */
  readonly bytes: number;
}

const emptyHeaders: EncodedHeaders = { table: {}, bytes: 4 };
const lowestLong = -(2n ** 63n);
const highestLong = 2n ** 63n - 1n;

/** Sizes of the types that amqplib lets one name as `{ '!': type, value }`. */
const namedTypes: Readonly<Record<string, number>> = {
  timestamp: 8,
  decimal: 5,
  double: 8,
  float64: 8,
  float: 4,
  byte: 1,
  int8: 1,
  unsignedbyte: 1,
  uint8: 1,
  short: 2,
  int16: 2,
  unsignedshort: 2,
  uint16: 2,
  int: 4,
  int32: 4,
  unsignedint: 4,
  uint32: 4,
  long: 8,
  int64: 8,
};

/**
 * Prepares headers for amqplib, which would otherwise send a `Date` as an empty table and a `Uint8Array` as a table of
 * its bytes, and would send `NaN`, upon which the broker closes the connection. `undefined` values are left out.
 * What amqplib itself decodes as `{ '!': type, value }` (decimals, timestamps) is passed on as that type.
 * @throws {InvalidMessageError} naming the header that AMQP cannot carry
 */
export function encodeHeaders(headers: Readonly<Record<string, unknown>>): EncodedHeaders {
  for (const _ in headers) return encodeTable(headers, 'header');
  return emptyHeaders;
}

function encodeTable(source: Readonly<Record<string, unknown>>, path: string): EncodedHeaders {
  // Without a prototype, a header named __proto__ is a header like any other.
  const table: Record<string, unknown> = Object.create(null);
  let bytes = 4;
  for (const name of Object.keys(source)) {
    const value = source[name];
    if (value === undefined) continue;
    const nameBytes = name.length < 64 ? Buffer.byteLength(name) : checkedNameBytes(name, path);
    const encoded = encodeValue(value, path, name);
    table[name] = encoded.value;
    bytes += 1 + nameBytes + 1 + encoded.bytes;
  }
  // amqplib takes an object with a '!' of its own for a named type; an inherited one is encoded but not taken so.
  return { table: Object.hasOwn(table, '!') ? Object.create(table) : table, bytes };
}

function checkedNameBytes(name: string, path: string): number {
  const bytes = Buffer.byteLength(name);
  if (bytes > 255)
    throw new InvalidMessageError(`${path} "${name.slice(0, 40)}…" has a name of ${bytes} bytes; AMQP allows 255`);
  return bytes;
}

function encodeValue(value: unknown, path: string, name: string | number): { value: unknown; bytes: number } {
  switch (typeof value) {
    case 'string':
      return { value, bytes: 4 + Buffer.byteLength(value) };
    case 'boolean':
      return { value, bytes: 1 };
    case 'number':
      if (!Number.isFinite(value))
        throw new InvalidMessageError(`${at(path, name)} is ${value}; AMQP carries finite numbers only`);
      // amqplib takes everything from 2^50 on for an int64, fractions and what is below the range of int64 included.
      return { value: value < -(2 ** 63) || !Number.isInteger(value) ? { '!': 'double', value } : value, bytes: 8 };
    case 'bigint':
      if (value < lowestLong || value > highestLong)
        throw new InvalidMessageError(`${at(path, name)} is ${value}; AMQP carries integers of 64 bits with sign`);
      return { value: { '!': 'long', value }, bytes: 8 };
    case 'object':
      return value === null ? { value, bytes: 0 } : encodeObject(value, path, name);
    default:
      throw new InvalidMessageError(`${at(path, name)} is a ${typeof value}; AMQP has no such type`);
  }
}

function encodeObject(value: object, path: string, name: string | number): { value: unknown; bytes: number } {
  if (Array.isArray(value)) {
    const items = value.map((item, index) => encodeValue(item, at(path, name), index));
    return {
      value: items.map((item) => item.value),
      bytes: items.reduce((sum, item) => sum + 1 + item.bytes, 4),
    };
  }
  if (value instanceof Date) {
    const seconds = Math.floor(value.getTime() / 1000);
    if (!(seconds >= 0)) throw new InvalidMessageError(`${at(path, name)} is a date before 1970 or an invalid one`);
    return { value: { '!': 'timestamp', value: seconds }, bytes: 8 };
  }
  if (ArrayBuffer.isView(value)) {
    const buffer = Buffer.isBuffer(value) ? value : Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    return { value: buffer, bytes: 4 + buffer.length };
  }
  const named = encodeNamedType(value as Record<string, unknown>, path, name);
  if (named) return named;
  const { table, bytes } = encodeTable(value as Record<string, unknown>, at(path, name));
  return { value: table, bytes };
}

function encodeNamedType(value: Record<string, unknown>, path: string, name: string | number) {
  if (!Object.hasOwn(value, '!') || !Object.hasOwn(value, 'value') || Object.keys(value).length !== 2) return undefined;
  const bytes =
    typeof value['!'] === 'string' && Object.hasOwn(namedTypes, value['!']) ? namedTypes[value['!']] : undefined;
  if (bytes === undefined) return undefined;
  const number = value.value;
  if (typeof number === 'number' && !Number.isFinite(number))
    throw new InvalidMessageError(`${at(path, name)} is ${number}; AMQP carries finite numbers only`);
  return { value, bytes };
}

const at = (path: string, name: string | number): string => {
  if (typeof name === 'number') return `${path}[${name}]`;
  return path === 'header' ? `header "${name}"` : `${path}.${name}`;
};
