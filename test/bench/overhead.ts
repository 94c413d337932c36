import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import type { SQSEvent, SQSRecord } from 'aws-lambda';
import { generateEvents } from '../../bin/demo/generate-events.ts';
import { type OrderEvent, orderEvent } from '../../functions/events/order-events.ts';
import { consumer } from '../../lib/messaging/consumer.ts';
import type { RabbitMqEvent } from '../../lib/messaging/decode/event.ts';
import type { Comparison } from './comparison.ts';
import { report } from './in-process.ts';
import { lambdaContext } from './lambda-context.ts';
import { alternatingMedians } from './medians.ts';

/** Time per record of the run time without claims, beside Powertools' batch processor: same bodies, same schema, no effect. */

const messages = generateEvents(5_000, 1)
  .filter(({ purpose, routingKey }) => purpose === 'plain' && routingKey === 'order.placed')
  .slice(0, 1_000);

const rabbitMqEvent = (size: number): RabbitMqEvent => ({
  eventSource: 'aws:rmq',
  eventSourceArn: 'arn:aws:mq:eu-west-1:111122223333:broker:bench:b-00000000-0000-4000-8000-000000000000',
  rmqMessagesByQueue: {
    'bench::events': messages.slice(0, size).map(({ properties, body }) => ({
      basicProperties: {
        contentType: 'application/json',
        contentEncoding: null,
        headers: null,
        deliveryMode: 2,
        priority: null,
        correlationId: null,
        replyTo: null,
        expiration: null,
        messageId: properties.messageId,
        timestamp: 'Nov 20, 2026, 12:00:00 PM',
        type: 'order.placed',
        userId: null,
        appId: 'demo',
        clusterId: null,
        bodySize: body.length,
      },
      redelivered: false,
      data: body.toString('base64'),
    })),
  },
});

const sqsEvent = (size: number): SQSEvent => ({
  Records: messages.slice(0, size).map(({ properties, body }) => ({
    messageId: properties.messageId,
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

let handled = 0;
const handleBody = (body: OrderEvent) => {
  if (body.type === 'order.placed') handled += 1;
};
const ours = consumer({
  queue: 'bench',
  message: orderEvent,
  claims: 'none',
  handle: ({ body }) => handleBody(body),
});

const processor = new BatchProcessor(EventType.SQS);
const theirs = (event: SQSEvent) =>
  processPartialResponse(
    event,
    async (record: SQSRecord) => {
      handleBody(orderEvent.parse(JSON.parse(record.body)));
    },
    processor,
    { context: lambdaContext() },
  );

const comparisons: Comparison[] = [];
for (const size of [1, 100, 1_000]) {
  const [rabbitMq, sqs] = [rabbitMqEvent(size), sqsEvent(size)];
  const counts = { ours: 0, theirs: 0, bare: 0 };
  const before = handled;
  const [oursPerRecord = Number.NaN, theirsPerRecord = Number.NaN, barePerRecord = Number.NaN] = (
    await alternatingMedians(
      {
        ours: async () => {
          await ours(rabbitMq, lambdaContext());
          counts.ours += size;
        },
        Powertools: async () => {
          await theirs(sqs);
          counts.theirs += size;
        },
        'bare loop': () => {
          for (const { body } of sqs.Records) handleBody(orderEvent.parse(JSON.parse(body)));
          counts.bare += size;
        },
      },
      { time: 400, warmupTime: 200 },
    )
  ).map((milliseconds) => (milliseconds * 1_000) / size);
  const expected = counts.ours + counts.theirs + counts.bare;
  if (handled - before !== expected) throw new Error(`${handled - before} records were handled, expected ${expected}`);
  comparisons.push(
    {
      name: `time per record, batch of ${size}`,
      unit: 'µs',
      ours: oursPerRecord,
      other: { name: 'Powertools BatchProcessor', value: theirsPerRecord },
      goal: { of: 'ratio', atMost: 0.5 },
    },
    {
      name: `time per record, batch of ${size}`,
      unit: 'µs',
      ours: oursPerRecord,
      other: { name: 'JSON.parse and schema alone', value: barePerRecord },
    },
  );
}
report(comparisons);
