import type { MessageProperties } from 'amqplib';
import { javaDateText } from './java-date.ts';

/** A header value as amqplib decodes it; timestamps and decimals come wrapped. */
export type AmqpValue =
  | string
  | number
  | boolean
  | null
  | undefined
  | Buffer
  | readonly AmqpValue[]
  | { readonly [name: string]: AmqpValue };

/** JSON of a header value in Lambda's event. */
export type EventValue =
  | string
  | number
  | boolean
  | null
  | readonly EventValue[]
  | { readonly [name: string]: EventValue };

/** One item of `rmqMessagesByQueue`. Absent properties are there as `null`. */
export interface RmqRecord {
  readonly basicProperties: Readonly<Record<string, EventValue>> & {
    readonly headers: Readonly<Record<string, EventValue>> | null;
    readonly bodySize: number;
  };
  readonly redelivered: boolean;
  /** The body in base64. */
  readonly data: string;
}

const signed = (bytes: Uint8Array): number[] => Array.from(bytes, (byte) => (byte << 24) >> 24);

/**
 * A header as Lambda's events have it. Documented: strings come as `{"bytes":[…]}`, numbers as numbers. The rest follows
 * from the shape, which is Gson's of what RabbitMQ's Java client decodes: bytes are signed, byte arrays too come as
 * `{"bytes":[…]}` here (the documentation shows none), tables and arrays keep their form with their leaves encoded in the same way, times
 * are text as in `timestamp`, decimals numbers, void is null. So are NaN and the infinities, which JSON has no words for.
 *
 * @throws RangeError for values nested so deeply that the stack ends
 */
export const encodeHeader = (value: AmqpValue): EventValue => {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string') return { bytes: signed(Buffer.from(value)) };
  // Not by its prototype: amqplib makes a header named __proto__ that of its table.
  if (ArrayBuffer.isView(value)) return { bytes: signed(value) };
  if (typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map((item) => encodeHeader(item as AmqpValue));
  return (
    encodeWrapped(value as Readonly<Record<string, AmqpValue>>) ??
    encodeHeaders(value as Readonly<Record<string, AmqpValue>>)
  );
};

/** `undefined` for a table that only looks like one of amqplib's wrapped values. */
const encodeWrapped = (table: Readonly<Record<string, AmqpValue>>): EventValue | undefined => {
  const { '!': type, value } = table;
  if (type === 'timestamp' && isWhole(value)) return javaDateText(value);
  if (type !== 'decimal' || typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return undefined;
  const { digits, places } = value as Readonly<Record<string, AmqpValue>>;
  // A Java BigDecimal of four bytes with sign; amqplib reads them without.
  return isWhole(digits) && isWhole(places) ? Number(`${digits | 0}e-${places}`) : undefined;
};

const isWhole = (value: AmqpValue): value is number => Number.isInteger(value) && Number(value) >= 0;

const encodeHeaders = (table: Readonly<Record<string, AmqpValue>>): Record<string, EventValue> =>
  Object.fromEntries(Object.entries(table).map(([name, value]) => [name, encodeHeader(value)]));

/**
 * A message from the broker as Lambda hands it to a function.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/with-mq.html
 */
export const encodeRecord = (message: {
  readonly properties: Partial<MessageProperties>;
  readonly redelivered: boolean;
  readonly content: Buffer;
}): RmqRecord => {
  const { properties } = message;
  const headers = properties.headers as Readonly<Record<string, AmqpValue>> | undefined;
  return {
    basicProperties: {
      contentType: properties.contentType ?? null,
      contentEncoding: properties.contentEncoding ?? null,
      headers: headers === undefined || headers === null ? null : encodeHeaders(headers),
      deliveryMode: properties.deliveryMode ?? null,
      priority: properties.priority ?? null,
      correlationId: properties.correlationId ?? null,
      replyTo: properties.replyTo ?? null,
      expiration: properties.expiration ?? null,
      messageId: properties.messageId ?? null,
      timestamp: typeof properties.timestamp === 'number' ? javaDateText(properties.timestamp) : null,
      type: properties.type ?? null,
      userId: properties.userId ?? null,
      appId: properties.appId ?? null,
      clusterId: properties.clusterId ?? null,
      bodySize: message.content.length,
    },
    redelivered: message.redelivered,
    data: message.content.toString('base64'),
  };
};
