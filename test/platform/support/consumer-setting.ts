// What the tests about consumers share: a handler between a real queue and a real publisher, fed as Lambda's mapping feeds it.

import type { Channel, GetMessage } from 'amqplib';
import type { Context } from 'aws-lambda';
import { encodeRecord } from '../../../lib/platform/local/mapping/encode-record.ts';
import { createPublisher } from '../../../lib/platform/runtime/amqp/amqp-publisher.ts';
import { connectionSettingsFromUrl } from '../../../lib/platform/runtime/amqp/connection-settings.ts';
import type { BatchReport } from '../../../lib/platform/runtime/batch/report.ts';
import { MemoryClaimStore } from '../../../lib/platform/runtime/claims/memory-claim-store.ts';
import type { ConsumerHandler, ConsumerSurroundings } from '../../../lib/platform/runtime/consumer.ts';
import type { RabbitMqRecord } from '../../../lib/platform/runtime/decode/event.ts';
import { systemClock } from '../../../lib/platform/time/clock.ts';
import type { AppliedTopology } from './applied-topology.ts';
import { afterwards } from './publish-setting.ts';

/** Claims in memory and the broker, logged in as the consumer's own user. */
export function surroundingsOn(topology: AppliedTopology, consumer: string): ConsumerSurroundings {
  const settings = connectionSettingsFromUrl(topology.amqpUrl(consumer), { dangerouslyUnencrypted: true });
  const publisher = createPublisher(settings);
  afterwards(() => publisher.close());
  return {
    environment: {},
    services: {
      claims: new MemoryClaimStore(),
      publisher: async () => publisher,
      clock: systemClock,
      random: () => 0.5,
    },
  };
}

export interface Delivered {
  readonly report: BatchReport;
  readonly messages: readonly GetMessage[];
}

/** Invokes the handler once with all that is in the queue; acknowledges the batch when it succeeds and requeues it when it throws. */
export async function deliver(channel: Channel, queue: string, handler: ConsumerHandler): Promise<Delivered> {
  const messages: GetMessage[] = [];
  for (let next = await channel.get(queue); next; next = await channel.get(queue)) messages.push(next);
  const records = messages.map(({ properties, fields, content }) =>
    encodeRecord({ properties, redelivered: fields.redelivered, content }),
  );
  const event = {
    eventSource: 'aws:rmq',
    eventSourceArn: 'arn:aws:mq:eu-central-1:111122223333:broker:test:b-00000000-0000-0000-0000-000000000000',
    rmqMessagesByQueue: { [`${queue}::events`]: records as unknown as RabbitMqRecord[] },
  } as const;
  try {
    const report = await handler(event, { getRemainingTimeInMillis: () => 20_000 } as Context);
    for (const message of messages) channel.ack(message);
    return { report, messages };
  } catch (error) {
    for (const message of messages) channel.nack(message, false, true);
    throw error;
  }
}
