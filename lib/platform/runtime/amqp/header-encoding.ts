import { InvalidMessageError } from '../publish-errors.ts';

/** A header table as amqplib encodes it, with its size on the wire. */
export interface EncodedHeaders {
  readonly table: Readonly<Record<string, unknown>>;
  /** Bytes of the encoded table, its length prefix included. */
  readonly bytes: number;
}

const emptyHeaders: EncodedHeaders = { table: {}, bytes: 4 };
const lowestLong = -(2n ** 63n);
const highestLong = 2n ** 63n - 1n;

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
  const type = value['!'];
  const named = typeof type === 'string' && Object.hasOwn(namedTypes, type) ? namedTypes[type] : undefined;
  if (named === undefined) return undefined;
  // A number beyond the range of a float becomes infinite on the wire.
  const number = type === 'float' && typeof value.value === 'number' ? Math.fround(value.value) : value.value;
  if (typeof number === 'number' && !Number.isFinite(number))
    throw new InvalidMessageError(`${at(path, name)} is ${value.value}; AMQP carries finite numbers only`);
  // Whatever else looks like one is a table that happens to have these entries.
  return named.holds(value.value) ? { value, bytes: named.bytes } : undefined;
}

interface NamedType {
  readonly bytes: number;
  readonly holds: (value: unknown) => boolean;
}

const isDecimal = (value: unknown): boolean => {
  const { places, digits } = (value ?? {}) as { places?: unknown; digits?: unknown };
  return unsigned(8).holds(places) && unsigned(32).holds(digits);
};

function integer(bits: number, lowest: bigint, highest: bigint): NamedType {
  const holds = (value: unknown): boolean =>
    ((typeof value === 'bigint' && bits === 64) || (typeof value === 'number' && Number.isInteger(value))) &&
    BigInt(value) >= lowest &&
    BigInt(value) <= highest;
  return { bytes: bits / 8, holds };
}

function signed(bits: number): NamedType {
  return integer(bits, -(2n ** BigInt(bits - 1)), 2n ** BigInt(bits - 1) - 1n);
}

function unsigned(bits: number): NamedType {
  return integer(bits, 0n, 2n ** BigInt(bits) - 1n);
}

const at = (path: string, name: string | number): string => {
  if (typeof name === 'number') return `${path}[${name}]`;
  return path === 'header' ? `header "${name}"` : `${path}.${name}`;
};

const isNumber = (value: unknown): boolean => typeof value === 'number';

/** The types that amqplib lets one name as `{ '!': type, value }`. */
const namedTypes: Readonly<Record<string, NamedType>> = {
  timestamp: unsigned(64),
  decimal: { bytes: 5, holds: isDecimal },
  double: { bytes: 8, holds: isNumber },
  float64: { bytes: 8, holds: isNumber },
  float: { bytes: 4, holds: isNumber },
  byte: signed(8),
  int8: signed(8),
  unsignedbyte: unsigned(8),
  uint8: unsigned(8),
  short: signed(16),
  int16: signed(16),
  unsignedshort: unsigned(16),
  uint16: unsigned(16),
  int: signed(32),
  int32: signed(32),
  unsignedint: unsigned(32),
  uint32: unsigned(32),
  long: signed(64),
  int64: signed(64),
};
