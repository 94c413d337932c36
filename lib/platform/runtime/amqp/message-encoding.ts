import { InvalidMessageError, MessageTooLargeError } from '../publish-errors.ts';
import type { OutgoingMessage } from '../publisher.ts';
import { encodeHeaders } from './header-encoding.ts';

/** What amqplib's `publish` takes as options. */
export interface PublishOptions {
  readonly mandatory: true;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly deliveryMode: number;
  readonly timestamp?: number;
  readonly messageId?: string;
  readonly [property: string]: unknown;
}

export interface SizeLimits {
  /** Largest body in bytes. */
  readonly maximumBodyBytes: number;
}

/** amqplib encodes a header table in a buffer of this size; a frame of the broker's default size holds it as well. */
export const maximumHeaderBytes = 65_536;

const shortStrings = [
  'contentType',
  'contentEncoding',
  'correlationId',
  'replyTo',
  'expiration',
  'messageId',
  'type',
  'userId',
  'appId',
] as const;

/**
 * Checks everything about a message that the broker would answer by closing the channel or the connection, and puts it
 * into amqplib's terms. A message without delivery mode becomes persistent.
 * @throws {InvalidMessageError} naming property or header
 * @throws {MessageTooLargeError}
 */
export function encodeMessage(message: OutgoingMessage, { maximumBodyBytes }: SizeLimits): PublishOptions {
  const { properties, body } = message;
  if (!(body instanceof Uint8Array)) throw new InvalidMessageError('body is not a Buffer');
  if (body.length > maximumBodyBytes) throw new MessageTooLargeError(body.length, maximumBodyBytes);
  checkShortString('exchange', message.exchange);
  checkShortString('routing key', message.routingKey);
  for (const name of shortStrings) if (properties[name] !== undefined) checkShortString(name, properties[name]);
  checkByte('priority', properties.priority);
  checkByte('deliveryMode', properties.deliveryMode);
  checkExpiration(properties.expiration);
  const { table, bytes } = encodeHeaders(message.headers);
  if (bytes > maximumHeaderBytes)
    throw new InvalidMessageError(`headers have ${bytes} bytes; at most ${maximumHeaderBytes} fit`);
  return {
    ...properties,
    timestamp: properties.timestamp === undefined ? undefined : unixSeconds(properties.timestamp),
    deliveryMode: properties.deliveryMode ?? 2,
    headers: table,
    mandatory: true,
  };
}

function checkShortString(name: string, value: unknown): void {
  if (typeof value !== 'string') throw new InvalidMessageError(`${name} is a ${typeof value}; it must be a string`);
  if (value.length < 64) return;
  const bytes = Buffer.byteLength(value);
  if (bytes > 255) throw new InvalidMessageError(`${name} has ${bytes} bytes; AMQP allows at most 255`);
}

function checkByte(name: string, value: number | undefined): void {
  if (value === undefined || (Number.isInteger(value) && value >= 0 && value <= 255)) return;
  throw new InvalidMessageError(`${name} is ${value}; it must be a whole number from 0 to 255`);
}

/** RabbitMQ closes the channel for anything but milliseconds of at most 32 bits. */
function checkExpiration(value: string | undefined): void {
  if (value === undefined || (/^\d+$/.test(value) && Number(value) <= 0xffff_ffff)) return;
  throw new InvalidMessageError(`expiration is "${value}"; it must be milliseconds from 0 to ${0xffff_ffff}`);
}

function unixSeconds(date: Date): number {
  const seconds = Math.floor(date.getTime() / 1000);
  if (!(seconds >= 0)) throw new InvalidMessageError('timestamp is a date before 1970 or an invalid one');
  return seconds;
}
