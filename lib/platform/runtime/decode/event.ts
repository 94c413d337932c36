import { NotARabbitMqEventError } from '../errors.ts';

/**
 * Event of Lambda's event source mapping for Amazon MQ for RabbitMQ.
 * https://docs.aws.amazon.com/lambda/latest/dg/with-mq.html; `@types/aws-lambda` does not have it.
 */
export interface RabbitMqEvent {
  readonly eventSource: 'aws:rmq';
  readonly eventSourceArn: string;
  /** By `<queue>::<vhost>`. */
  readonly rmqMessagesByQueue: Readonly<Record<string, readonly RabbitMqRecord[]>>;
}

export interface RabbitMqRecord {
  readonly basicProperties: RabbitMqBasicProperties;
  readonly redelivered: boolean;
  /** The body in base64. */
  readonly data: string;
}

/** Properties that the publisher did not set are `null`. */
export interface RabbitMqBasicProperties {
  readonly contentType: string | null;
  readonly contentEncoding: string | null;
  /** Strings come as `{ bytes: number[] }`. */
  readonly headers: Readonly<Record<string, unknown>> | null;
  readonly deliveryMode: number | null;
  readonly priority: number | null;
  readonly correlationId: string | null;
  readonly replyTo: string | null;
  /** Milliseconds, as a decimal string. */
  readonly expiration: string | null;
  readonly messageId: string | null;
  /** English text in UTC, e.g. `Jan 1, 1970, 12:33:41 AM`. */
  readonly timestamp: string | null;
  readonly type: string | null;
  readonly userId: string | null;
  readonly appId: string | null;
  readonly clusterId: string | null;
  readonly bodySize: number;
}

/** The records of one queue of an event. */
export interface QueueRecords {
  readonly queue: string;
  readonly vhost: string;
  readonly records: readonly RabbitMqRecord[];
}

/**
 * Checks that an event came from a RabbitMQ mapping and takes it apart by queue. An empty batch gives no records.
 *
 * @throws NotARabbitMqEventError that names what came instead
 */
export function parseEvent(event: unknown): QueueRecords[] {
  if (!isObject(event))
    throw new NotARabbitMqEventError(`expected the event of a RabbitMQ mapping, got ${nameOf(event)}`);
  const { eventSource, rmqMessagesByQueue } = event;
  if (eventSource !== 'aws:rmq')
    throw new NotARabbitMqEventError(`expected eventSource "aws:rmq", got ${otherSource(event)}`);
  if (!isObject(rmqMessagesByQueue)) {
    throw new NotARabbitMqEventError(`expected rmqMessagesByQueue to be an object, got ${nameOf(rmqMessagesByQueue)}`);
  }
  return Object.entries(rmqMessagesByQueue).map(([key, records]) => {
    if (!Array.isArray(records)) {
      throw new NotARabbitMqEventError(
        `expected rmqMessagesByQueue[${JSON.stringify(key)}] to be an array, got ${nameOf(records)}`,
      );
    }
    return { ...splitQueueKey(key), records };
  });
}

/** A queue's name may itself contain `::`, so the last one separates. */
function splitQueueKey(key: string): { queue: string; vhost: string } {
  const separator = key.lastIndexOf('::');
  if (separator <= 0) {
    throw new NotARabbitMqEventError(
      `expected "<queue>::<vhost>" as key in rmqMessagesByQueue, got ${JSON.stringify(key)}`,
    );
  }
  return { queue: key.slice(0, separator), vhost: key.slice(separator + 2) };
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function otherSource(event: Record<string, unknown>): string {
  if (typeof event.eventSource === 'string') return JSON.stringify(event.eventSource.slice(0, 100));
  const first: unknown = Array.isArray(event.Records) ? event.Records[0] : undefined;
  if (isObject(first)) {
    const source = first.eventSource ?? first.EventSource;
    if (typeof source === 'string') return `Records of ${JSON.stringify(source.slice(0, 100))}`;
  }
  const keys = Object.keys(event);
  return keys.length === 0
    ? 'an empty object'
    : `an object with the keys ${keys.slice(0, 10).join(', ').slice(0, 200)}`;
}

function nameOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  return value === undefined ? 'undefined' : `a value of type ${typeof value}`;
}
