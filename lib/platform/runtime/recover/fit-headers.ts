import { Header } from '../headers.ts';
import type { Headers, HeaderValue } from '../message.ts';
import { truncateUtf8 } from '../truncate-utf8.ts';
import { headerBytes, headerTableBytes } from './header-size.ts';

/** 60 KiB. AMQP clients encode a header table in a buffer of 64 KiB; the rest is for what brokers add. */
export const headerBudgetBytes = 61_440;

/** What shrinks first, and how far it may: the stack goes first and altogether, the message keeps its beginning. */
const shrinkable = [
  { name: Header.exceptionStacktrace, keepBytes: 0 },
  { name: Header.exceptionMessage, keepBytes: 1024 },
] as const;

const droppedNamesBytes = 2048;

/**
 * Makes the headers of a copy fit into one frame: `own` beside those of the original. Cuts the stack, then the error's message,
 * then drops headers of the original, largest first, and names them in `x-dropped-headers`.
 */
export function fitHeaders(original: Headers, own: Headers, budgetBytes = headerBudgetBytes): Headers {
  const fitting: Record<string, HeaderValue> = { ...original, ...own };
  let excess = headerTableBytes(fitting) - budgetBytes;
  if (excess <= 0) return fitting;
  for (const { name, keepBytes } of shrinkable) {
    const value = own[name];
    if (excess <= 0 || typeof value !== 'string') continue;
    const before = headerBytes(name, value);
    const text = truncateUtf8(value, Math.max(keepBytes, Buffer.byteLength(value) - excess));
    if (text === '') delete fitting[name];
    else fitting[name] = text;
    excess -= before - (text === '' ? 0 : headerBytes(name, text));
  }
  return excess > 0 ? dropLargest(fitting, own, excess) : fitting;
}

function dropLargest(headers: Record<string, HeaderValue>, own: Headers, excess: number): Headers {
  const candidates = Object.keys(headers)
    .filter((name) => !Object.hasOwn(own, name) && name !== Header.droppedHeaders)
    .map((name) => ({ name, bytes: headerBytes(name, headers[name] ?? null) }))
    .sort((a, b) => b.bytes - a.bytes);
  const earlier = headers[Header.droppedHeaders];
  const names = typeof earlier === 'string' ? [earlier] : [];
  // The list of names itself takes room.
  let toFree = excess + headerBytes(Header.droppedHeaders, '') + droppedNamesBytes;
  for (const { name, bytes } of candidates) {
    if (toFree <= 0) break;
    delete headers[name];
    names.push(name);
    toFree -= bytes;
  }
  headers[Header.droppedHeaders] = truncateUtf8(names.join(', '), droppedNamesBytes);
  return headers;
}
