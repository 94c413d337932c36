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

const noHeaders: Headers = Object.freeze({});

/** Turns a record of the event back into what was published. Never throws: a record that is damaged comes with its problem. */
export function decodeRecord(record: RabbitMqRecord, queue: string, vhost: string): DecodedRecord {
  const source: Partial<Record<keyof RabbitMqRecord, unknown>> = record ?? {};
  let problem: DecodeError | undefined;
  const note = (error: unknown, context = ''): undefined => {
    if (!(error instanceof DecodeError)) throw error;
    problem ??= context === '' ? error : new DecodeError(`${context}${error.message}`, { cause: error });
  };

  let properties: MessageProperties = {};
  let headers = noHeaders;
  if (isTable(source.basicProperties)) {
    properties = decodeProperties(source.basicProperties);
    if (isTable(source.basicProperties.headers)) headers = decodeHeaders(source.basicProperties.headers, note);
  } else {
    note(new DecodeError('the record has no basicProperties'));
  }

  let body: Buffer;
  if (typeof source.data === 'string') {
    try {
      body = decodeBase64(source.data);
    } catch (error) {
      note(error);
      // The bytes that were published are unknown; the text that came instead is kept for whoever looks into it.
      body = Buffer.from(source.data, 'utf8');
    }
  } else {
    note(new DecodeError(`the record's data is not a string`));
    body = Buffer.alloc(0);
  }
  return { raw: { queue, vhost, redelivered: source.redelivered === true, properties, headers, body }, problem };
}

function decodeHeaders(table: Record<string, unknown>, note: (error: unknown, context: string) => undefined): Headers {
  try {
    return decodeHeaderTable(table);
  } catch {
    // One header is too deep: save the others.
    const headers: Record<string, HeaderValue> = {};
    for (const [name, value] of Object.entries(table)) {
      try {
        set(headers, name, decodeHeaderTable({ value }).value ?? null);
      } catch (error) {
        note(error, `header ${JSON.stringify(name)}: `);
      }
    }
    return headers;
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
