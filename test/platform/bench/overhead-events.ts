import type { SQSEvent } from 'aws-lambda';
import { seededRandom } from '../../../lib/platform/cli/demo/random.ts';
import type { RabbitMqEvent, RabbitMqRecord } from '../../../lib/platform/runtime/decode/event.ts';
import { orderBodies } from './order-bodies.ts';

/** The same messages as the events of two services. */

const random = seededRandom(1);
const messages = orderBodies.map((body) => ({ messageId: random.uuid(), body }));

export const rabbitMqRecords = (size: number): RabbitMqRecord[] =>
  messages.slice(0, size).map(({ messageId, body }) => ({
    basicProperties: {
      contentType: 'application/json',
      contentEncoding: null,
      headers: null,
      deliveryMode: 2,
      priority: null,
      correlationId: null,
      replyTo: null,
      expiration: null,
      messageId,
      timestamp: 'Nov 20, 2026, 12:00:00 PM',
      type: 'order.placed',
      userId: null,
      appId: 'demo',
      clusterId: null,
      bodySize: body.length,
    },
    redelivered: false,
    data: body.toString('base64'),
  }));

export const rabbitMqEvent = (records: readonly RabbitMqRecord[]): RabbitMqEvent => ({
  eventSource: 'aws:rmq',
  eventSourceArn: 'arn:aws:mq:eu-west-1:111122223333:broker:bench:b-00000000-0000-4000-8000-000000000000',
  rmqMessagesByQueue: { 'bench::events': records },
});

export const sqsEvent = (size: number): SQSEvent => ({
  Records: messages.slice(0, size).map(({ messageId, body }) => ({
    messageId,
    receiptHandle: 'AQEB',
    body: body.toString(),
    attributes: {
      ApproximateReceiveCount: '1',
      SentTimestamp: '1763640000000',
      SenderId: 'AIDA',
      ApproximateFirstReceiveTimestamp: '1763640000001',
    },
    messageAttributes: {},
    md5OfBody: 'e4e68fb7bd0e697a0ae8f1bb342846b3',
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:eu-west-1:111122223333:bench',
    awsRegion: 'eu-west-1',
  })),
});
