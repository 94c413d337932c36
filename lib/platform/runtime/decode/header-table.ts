import { isUtf8 } from 'node:buffer';
import { DecodeError } from '../errors.ts';
import type { Headers, HeaderValue } from '../message.ts';
import { truncateUtf8 } from '../truncate-utf8.ts';
import { parseTimestampText } from './timestamp-text.ts';

const maximumDepth = 100;
const maximumNameBytes = 255;

/**
 * Headers of a record as their publisher set them. The event carries strings as `{ bytes: [...] }`, whose bytes may be
 * signed (they come out of a Java `byte[]`); tables and arrays nest. A bare string is a timestamp.
 * A table with the single entry `bytes`, an array of bytes, cannot be told from a string and becomes one.
 *
 * @throws DecodeError for tables nested deeper than 100 levels
 */
export function decodeHeaderTable(table: Readonly<Record<string, unknown>>, depth = 0): Headers {
  if (depth > maximumDepth) throw new DecodeError(`nested deeper than ${maximumDepth} levels`);
  const headers: Record<string, HeaderValue> = {};
  for (const name of Object.keys(table)) set(headers, name, decodeValue(table[name], depth));
  return headers;
}

/** Cuts a name that no client could send again, as long as U+FFFD in place of each wrong byte makes it. Assigning to `__proto__` would change the object's prototype instead of adding an entry. */
export function set(headers: Record<string, HeaderValue>, published: string, value: HeaderValue): void {
  const name = truncateUtf8(published, maximumNameBytes);
  if (name === '__proto__') {
    Object.defineProperty(headers, name, { value, enumerable: true, configurable: true, writable: true });
  } else {
    headers[name] = value;
  }
}

function decodeValue(value: unknown, depth: number): HeaderValue {
  if (typeof value === 'string') return parseTimestampText(value) ?? value;
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  if (typeof value !== 'object' || value === null) return null;
  if (Array.isArray(value)) {
    if (depth >= maximumDepth) throw new DecodeError(`nested deeper than ${maximumDepth} levels`);
    return value.map((item: unknown) => decodeValue(item, depth + 1));
  }
  return longString(value) ?? decodeHeaderTable(value as Record<string, unknown>, depth + 1);
}

function longString(value: object): string | Buffer | undefined {
  if (!('bytes' in value) || !Array.isArray(value.bytes) || Object.keys(value).length !== 1) return undefined;
  const numbers: unknown[] = value.bytes;
  if (!numbers.every(isByte)) return undefined;
  const bytes = Buffer.from(numbers);
  return isUtf8(bytes) ? bytes.toString('utf8') : bytes;
}

const isByte = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= -128 && value <= 255;
