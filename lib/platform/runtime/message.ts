/** AMQP 0-9-1 basic properties of a message, without its headers. Absent properties are left out. */
export interface MessageProperties {
  readonly contentType?: string;
  readonly contentEncoding?: string;
  /** 1 transient, 2 persistent. */
  readonly deliveryMode?: number;
  /** 0 to 255. */
  readonly priority?: number;
  readonly correlationId?: string;
  readonly replyTo?: string;
  /** Time to live in milliseconds, as AMQP has it: a decimal string. */
  readonly expiration?: string;
  readonly messageId?: string;
  readonly timestamp?: Date;
  readonly type?: string;
  readonly userId?: string;
  readonly appId?: string;
}

/** A value in an AMQP header table. Strings that are not valid UTF-8 come as `Buffer`. */
export type HeaderValue =
  | string
  | number
  | boolean
  | null
  | Buffer
  | Date
  | readonly HeaderValue[]
  | { readonly [name: string]: HeaderValue };

export type Headers = Readonly<Record<string, HeaderValue>>;

/** A message as it was published: body bytes untouched (still compressed where `contentEncoding` says so). */
export interface RawMessage {
  /** Queue from which the message was consumed. */
  readonly queue: string;
  readonly vhost: string;
  readonly redelivered: boolean;
  readonly properties: MessageProperties;
  readonly headers: Headers;
  /** The bytes that were published. */
  readonly body: Buffer;
}

/** What a handler gets: the raw message, its place in the retry history and its decoded, validated body. */
export interface Message<Body = Buffer> extends Omit<RawMessage, 'body'> {
  /** `properties.messageId`, or the documented deterministic key of a message that has none. */
  readonly id: string;
  /** 1 for the first attempt. */
  readonly attempt: number;
  /** How often an operator has replayed this message from a dead-letter queue. */
  readonly redriveCount: number;
  /** The decoded and validated body; the raw bytes where the consumer declares no schema. */
  readonly body: Body;
  /** The bytes that were published, also where they were too large for the broker and came by way of a bucket. */
  readonly bytes: Buffer;
}
