// Builds the events that Lambda's mapping for RabbitMQ sends, as its documentation shows them.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type {
  RabbitMqBasicProperties,
  RabbitMqEvent,
  RabbitMqRecord,
} from '../../../lib/platform/runtime/decode/event.ts';
import type { Headers, HeaderValue, MessageProperties } from '../../../lib/platform/runtime/message.ts';
import type { OutgoingMessage } from '../../../lib/platform/runtime/publisher.ts';

/** An event from `test/platform/fixtures/rabbitmq-event`. */
export const fixture = (name: 'documentation' | 'made-up'): RabbitMqEvent =>
  JSON.parse(readFileSync(join(import.meta.dirname, '../fixtures/rabbitmq-event', `${name}.json`), 'utf8'));

export interface Published {
  readonly properties?: MessageProperties;
  readonly headers?: Headers;
  readonly body?: Buffer | string;
  readonly redelivered?: boolean;
}

export function recordOf({ properties = {}, headers, body = '', redelivered = false }: Published): RabbitMqRecord {
  const bytes = Buffer.from(body);
  const { timestamp, ...rest } = properties;
  const basicProperties: RabbitMqBasicProperties = {
    contentType: null,
    contentEncoding: null,
    deliveryMode: null,
    priority: null,
    correlationId: null,
    replyTo: null,
    expiration: null,
    messageId: null,
    type: null,
    userId: null,
    appId: null,
    clusterId: null,
    ...rest,
    timestamp: timestamp === undefined ? null : timestampText(timestamp),
    headers: headers === undefined ? null : encodeTable(headers),
    bodySize: bytes.length,
  };
  return { basicProperties, redelivered, data: bytes.toString('base64') };
}

/** What Lambda would deliver when this copy comes back to its queue. */
export const redelivery = ({ properties, headers, body }: OutgoingMessage): Published => ({
  properties,
  headers,
  body,
});

export const eventOf = (queues: Readonly<Record<string, readonly Published[]>>): RabbitMqEvent => ({
  eventSource: 'aws:rmq',
  eventSourceArn: 'arn:aws:mq:eu-central-1:111122223333:broker:test:b-00000000-0000-0000-0000-000000000000',
  rmqMessagesByQueue: Object.fromEntries(
    Object.entries(queues).map(([queue, messages]) => [`${queue}::/`, messages.map(recordOf)]),
  ),
});

const timestampText = (date: Date): string =>
  new Intl.DateTimeFormat('en-US', {
    timeZone: 'UTC',
    year: 'numeric',
    month: 'short',
    day: 'numeric',
    hour: 'numeric',
    minute: '2-digit',
    second: '2-digit',
  }).format(date);

const encodeTable = (headers: Headers): Record<string, unknown> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, encodeValue(value)]));

function encodeValue(value: HeaderValue): unknown {
  if (typeof value === 'string' || Buffer.isBuffer(value)) {
    // Java's bytes are signed.
    return { bytes: [...Buffer.from(value as string)].map((byte) => (byte > 127 ? byte - 256 : byte)) };
  }
  if (value instanceof Date) return timestampText(value);
  if (Array.isArray(value)) return value.map(encodeValue);
  if (typeof value === 'object' && value !== null) return encodeTable(value as Headers);
  return value;
}
