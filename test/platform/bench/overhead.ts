import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { SQSEvent, SQSRecord } from 'aws-lambda';
import { consumer } from '../../../lib/platform/runtime/consumer.ts';
import { type Comparison, type Goal, median } from './comparison.ts';
import { cpuTurns } from './cpu-turns.ts';
import { report } from './in-process.ts';
import { lambdaContext } from './lambda-context.ts';
import { type OrderEvent, orderEvent } from './order-event.ts';
import { rabbitMqEvent, rabbitMqRecords, sqsEvent } from './overhead-events.ts';

/**
 * CPU time per record of the run time without claims, beside Powertools' batch processor: same bodies, same schema, same handler, which
 * has no effect. The overhead is what either takes beyond a loop over its own event that reads the body, parses, validates and
 * handles: out of RabbitMQ's events a body has to be decoded from base64, whoever does it. The last row of each size counts that as ours.
 *
 * We write a line of metrics for each batch. The batch processor writes none, so it is shown alone and with Powertools' metrics, which say as much.
 */

const goal: Goal = { of: 'ratio', atMost: 0.5 };
const recordsATurn = 1_000;
const batchProcessor = 'Powertools BatchProcessor';
const withMetrics = 'BatchProcessor and Metrics';

let handled = 0;
const handle = async (body: OrderEvent): Promise<void> => {
  if (body.type === 'order.placed') handled += 1;
};
const parse = (body: string): OrderEvent => orderEvent.parse(JSON.parse(body));

const ours = consumer({
  queue: 'bench',
  message: orderEvent,
  claims: 'none',
  handle: ({ body }) => handle(body),
});

const processor = new BatchProcessor(EventType.SQS);
const powertools = (event: SQSEvent) =>
  processPartialResponse(event, (record: SQSRecord) => handle(parse(record.body)), processor, {
    context: lambdaContext(),
  });

const metrics = new Metrics({ namespace: 'Messaging' });
metrics.clearDefaultDimensions();
metrics.setDefaultDimensions({ consumer: 'bench' });
const powertoolsWithMetrics = async (event: SQSEvent) => {
  const response = await powertools(event);
  metrics.addMetric('Done', MetricUnit.Count, event.Records.length - response.batchItemFailures.length);
  metrics.publishStoredMetrics();
  return response;
};

/** Microseconds of CPU time a record, by side. */
async function measure(size: number) {
  const [records, sqs] = [rabbitMqRecords(size), sqsEvent(size)];
  const rabbitMq = rabbitMqEvent(records);
  const sides = {
    ours: () => ours(rabbitMq, lambdaContext()),
    bareRabbitMq: async () => {
      for (const { data } of records) await handle(parse(Buffer.from(data, 'base64').toString()));
    },
    powertools: () => powertools(sqs),
    powertoolsWithMetrics: () => powertoolsWithMetrics(sqs),
    bareSqs: async () => {
      for (const { body } of sqs.Records) await handle(parse(body));
    },
  };
  type Side = keyof typeof sides;
  const enoughRecords = (side: () => Promise<unknown>) => async () => {
    for (let records = 0; records < recordsATurn; records += size) await side();
  };
  const before = handled;
  const turns = await cpuTurns({
    ours: enoughRecords(sides.ours),
    bareRabbitMq: enoughRecords(sides.bareRabbitMq),
    powertools: enoughRecords(sides.powertools),
    powertoolsWithMetrics: enoughRecords(sides.powertoolsWithMetrics),
    bareSqs: enoughRecords(sides.bareSqs),
  });
  if ((handled - before) % recordsATurn !== 0) throw new Error(`${handled - before} records were handled`);
  const all = (side: Side) => median(turns.map((turn) => turn[side])) / recordsATurn;
  const beyond = (side: Side, bare: Side) => median(turns.map((turn) => turn[side] - turn[bare])) / recordsATurn;
  return { all, beyond };
}

const comparisons: Comparison[] = [];
for (const size of [1, 100, 1_000]) {
  const { all, beyond } = await measure(size);
  const row = (what: string, ours: number, name: string, other: number, goal?: Goal): Comparison => ({
    name: `batch of ${size}: ${what}`,
    unit: 'µs',
    ours,
    other: { name, value: other },
    ...(goal && { goal }),
  });
  const overhead = beyond('ours', 'bareRabbitMq');
  const theirs = beyond('powertools', 'bareSqs');
  comparisons.push(
    row('all of a record', all('ours'), batchProcessor, all('powertools')),
    row('all of a record', all('ours'), withMetrics, all('powertoolsWithMetrics')),
    row('all of a record', all('ours'), 'bare loop over the same event', all('bareRabbitMq')),
    row('overhead', overhead, batchProcessor, theirs, goal),
    row('overhead', overhead, withMetrics, beyond('powertoolsWithMetrics', 'bareSqs'), goal),
    row('overhead and base64', beyond('ours', 'bareSqs'), batchProcessor, theirs, goal),
  );
}
report(comparisons);
