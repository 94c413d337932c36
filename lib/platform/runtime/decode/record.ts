import { DecodeError } from '../errors.ts';
import type { Headers, HeaderValue, MessageProperties, RawMessage } from '../message.ts';
import { truncateUtf8 } from '../truncate-utf8.ts';
import { decodeBase64 } from './base64.ts';
import type { RabbitMqRecord } from './event.ts';
import { decodeHeaderTable, set } from './header-table.ts';
import { parseTimestampText } from './timestamp-text.ts';

export interface DecodedRecord {
  readonly raw: RawMessage;
  /** Why the record cannot be handled; `raw` then holds what could be saved of it, for the dead letter. */
  readonly problem?: DecodeError;
}

/** Turns a record of the event back into what was published. Never throws: a record that is damaged comes with its problem. */
export function decodeRecord(record: RabbitMqRecord, queue: string, vhost: string): DecodedRecord {
  const source: Partial<Record<keyof RabbitMqRecord, unknown>> = record ?? {};
  const { basicProperties } = source;
  const hasProperties = isTable(basicProperties);
  const decoded =
    hasProperties && isTable(basicProperties.headers) ? decodeHeaders(basicProperties.headers) : noHeaders;
  const data = decodeData(source.data);
  const raw: RawMessage = {
    queue,
    vhost,
    redelivered: source.redelivered === true,
    properties: hasProperties ? decodeProperties(basicProperties) : {},
    headers: decoded.headers,
    body: data.body,
  };
  const problem = hasProperties
    ? (decoded.problem ?? data.problem)
    : new DecodeError('the record has no basicProperties');
  return { raw, problem };
}

interface DecodedHeaders {
  readonly headers: Headers;
  readonly problem?: DecodeError;
}

const noHeaders: DecodedHeaders = { headers: Object.freeze({}) };

function decodeHeaders(table: Record<string, unknown>): DecodedHeaders {
  try {
    return { headers: decodeHeaderTable(table) };
  } catch {
    // One header is too deep: save the others.
    const headers: Record<string, HeaderValue> = {};
    let problem: DecodeError | undefined;
    for (const [name, value] of Object.entries(table)) {
      try {
        set(headers, name, decodeHeaderTable({ value }).value ?? null);
      } catch (error) {
        problem ??= new DecodeError(`header ${JSON.stringify(name)}: ${(error as Error).message}`, { cause: error });
      }
    }
    return { headers, problem };
  }
}

function decodeData(data: unknown): { readonly body: Buffer; readonly problem?: DecodeError } {
  if (typeof data !== 'string') {
    return { body: Buffer.alloc(0), problem: new DecodeError("the record's data is not a string") };
  }
  try {
    return { body: decodeBase64(data) };
  } catch (error) {
    // The bytes that were published are unknown; the text that came instead is kept for whoever looks into it.
    return { body: Buffer.from(data, 'utf8'), problem: error as DecodeError };
  }
}

type Mutable<T> = { -readonly [P in keyof T]: T[P] };

/** Longest property in bytes; AMQP has a single byte for the length. */
const maximumPropertyBytes = 255;

/**
 * `null` and values of an unexpected type count as absent, and so does a timestamp in an unknown format. What no AMQP client could have sent
 * must not make its copies impossible: Lambda puts three bytes, U+FFFD, in place of each that is not UTF-8. So texts are cut to what a
 * property holds, and numbers that are no bytes count as absent. So does an id that is too long: cut, it would be that of others, too.
 */
function decodeProperties(from: Record<string, unknown>): MessageProperties {
  const to: Mutable<MessageProperties> = {};
  if (typeof from.contentType === 'string') to.contentType = shortText(from.contentType);
  if (typeof from.contentEncoding === 'string') to.contentEncoding = shortText(from.contentEncoding);
  if (isByte(from.deliveryMode)) to.deliveryMode = from.deliveryMode;
  if (isByte(from.priority)) to.priority = from.priority;
  if (typeof from.correlationId === 'string') to.correlationId = shortText(from.correlationId);
  if (typeof from.replyTo === 'string') to.replyTo = shortText(from.replyTo);
  if (typeof from.expiration === 'string') to.expiration = from.expiration;
  if (typeof from.messageId === 'string' && Buffer.byteLength(from.messageId) <= maximumPropertyBytes)
    to.messageId = from.messageId;
  if (typeof from.timestamp === 'string') {
    const timestamp = parseTimestampText(from.timestamp);
    if (timestamp) to.timestamp = timestamp;
  }
  if (typeof from.type === 'string') to.type = shortText(from.type);
  if (typeof from.userId === 'string') to.userId = from.userId;
  if (typeof from.appId === 'string') to.appId = shortText(from.appId);
  return to;
}

const shortText = (text: string): string => truncateUtf8(text, maximumPropertyBytes);

const isByte = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 255;

const isTable = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
