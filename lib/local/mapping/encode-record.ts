import type { MessageProperties } from 'amqplib';

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

const date = new Intl.DateTimeFormat('en-US', {
  timeZone: 'UTC',
  month: 'short',
  day: 'numeric',
  year: 'numeric',
  hour: 'numeric',
  minute: '2-digit',
  second: '2-digit',
  hour12: true,
});

/** Seconds since the epoch as the events have it: `Jan 1, 1970, 12:33:41 AM`, in UTC, with plain spaces. */
export const eventTimestamp = (seconds: number): string => date.format(seconds * 1000).replaceAll('\u202f', ' ');

const signed = (bytes: Buffer): number[] => Array.from(bytes, (byte) => (byte << 24) >> 24);

/**
 * A header as Lambda's events have it. Documented: strings come as `{"bytes":[…]}`, numbers as numbers. The rest follows
 * from the shape, which is Gson's of what RabbitMQ's Java client decodes: bytes are signed, byte arrays too come as
 * `{"bytes":[…]}` here (the documentation shows none), tables and arrays keep their form with their leaves encoded in the same way, times
 * are text as in `timestamp`, decimals numbers, void is null.
 */
export const encodeHeader = (value: AmqpValue): EventValue => {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string') return { bytes: signed(Buffer.from(value)) };
  if (Buffer.isBuffer(value)) return { bytes: signed(value) };
  if (typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map((item) => encodeHeader(item as AmqpValue));
  return (
    encodeWrapped(value as Readonly<Record<string, AmqpValue>>) ??
    encodeHeaders(value as Readonly<Record<string, AmqpValue>>)
  );
};

const encodeWrapped = (table: Readonly<Record<string, AmqpValue>>): EventValue | undefined => {
  const { '!': type, value } = table;
  if (type === 'timestamp' && typeof value === 'number') return eventTimestamp(value);
  if (type === 'decimal' && typeof value === 'object' && value !== null && 'digits' in value && 'places' in value)
    return Number(`${value.digits}e-${value.places}`);
  return undefined;
};

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
      timestamp: typeof properties.timestamp === 'number' ? eventTimestamp(properties.timestamp) : null,
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
