// What the tests about delays share: publishing with a delay, and noting what arrives when.

import amqp, { type Channel, type ChannelModel, type ConfirmChannel } from 'amqplib';
import { delayRoute } from '../../../lib/platform/topology/delay.ts';

export interface Arrival {
  readonly id: string;
  readonly at: number;
  readonly body: Buffer;
}

export async function connected<T>(url: string, work: (connection: ChannelModel) => Promise<T>): Promise<T> {
  const connection = await amqp.connect(url, { noDelay: true });
  try {
    return await work(connection);
  } finally {
    await connection.close();
  }
}

/** Publishes to `queue` by way of the delay infrastructure; resolves with the confirm. */
export async function send(channel: ConfirmChannel, queue: string, seconds: number, id: string): Promise<void> {
  const { exchange, routingKey } = delayRoute(seconds, queue);
  channel.publish(exchange, routingKey, Buffer.from(`body of ${id}`), {
    messageId: id,
    persistent: true,
    mandatory: true,
  });
  await channel.waitForConfirms();
}

/** Collects what arrives in `queue` from now on. */
export async function listen(channel: Channel, queue: string): Promise<Arrival[]> {
  const arrivals: Arrival[] = [];
  await channel.consume(
    queue,
    (message) => {
      if (message) arrivals.push({ id: String(message.properties.messageId), at: Date.now(), body: message.content });
    },
    { noAck: true },
  );
  return arrivals;
}
