import type { Headers, HeaderValue } from '../message.ts';

/** Bytes of one header in an AMQP table: name, type and value. Numbers count as the longest kind, so it may say a little too much. */
export const headerBytes = (name: string, value: HeaderValue): number =>
  1 + Buffer.byteLength(name) + 1 + valueBytes(value);

/** Bytes of a header table, its length prefix included. */
export function headerTableBytes(headers: Headers): number {
  let bytes = 4;
  for (const name of Object.keys(headers)) bytes += headerBytes(name, headers[name] ?? null);
  return bytes;
}

function valueBytes(value: HeaderValue): number {
  if (typeof value === 'string') return 4 + Buffer.byteLength(value);
  if (typeof value === 'number') return 8;
  if (typeof value === 'boolean') return 1;
  if (value === null) return 0;
  if (Buffer.isBuffer(value)) return 4 + value.length;
  if (value instanceof Date) return 8;
  if (isArray(value)) return value.reduce<number>((bytes, item) => bytes + 1 + valueBytes(item), 4);
  return headerTableBytes(value);
}

const isArray = (value: HeaderValue): value is readonly HeaderValue[] => Array.isArray(value);
