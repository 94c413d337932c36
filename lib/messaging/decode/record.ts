import { DecodeError } from '../errors.ts';
import type { Headers, HeaderValue, MessageProperties, RawMessage } from '../message.ts';
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

/** `null` and values of an unexpected type count as absent, and so does a timestamp in an unknown format. */
function decodeProperties(from: Record<string, unknown>): MessageProperties {
  const to: Mutable<MessageProperties> = {};
  if (typeof from.contentType === 'string') to.contentType = from.contentType;
  if (typeof from.contentEncoding === 'string') to.contentEncoding = from.contentEncoding;
  if (typeof from.deliveryMode === 'number') to.deliveryMode = from.deliveryMode;
  if (typeof from.priority === 'number') to.priority = from.priority;
  if (typeof from.correlationId === 'string') to.correlationId = from.correlationId;
  if (typeof from.replyTo === 'string') to.replyTo = from.replyTo;
  if (typeof from.expiration === 'string') to.expiration = from.expiration;
  if (typeof from.messageId === 'string') to.messageId = from.messageId;
  if (typeof from.timestamp === 'string') {
    const timestamp = parseTimestampText(from.timestamp);
    if (timestamp) to.timestamp = timestamp;
  }
  if (typeof from.type === 'string') to.type = from.type;
  if (typeof from.userId === 'string') to.userId = from.userId;
  if (typeof from.appId === 'string') to.appId = from.appId;
  return to;
}

const isTable = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
