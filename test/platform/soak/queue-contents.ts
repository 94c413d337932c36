import type { Channel, ConsumeMessage } from 'amqplib';

/** The ids of all messages in a queue, which must take one more; with repetitions, in order. Fast, for many. Empties the queue. */
export async function idsIn(channel: Channel, queue: string): Promise<string[]> {
  const ids: string[] = [];
  channel.sendToQueue(queue, Buffer.alloc(0), { messageId: 'last' });
  await new Promise<void>((resolve, reject) => {
    const take = (got: ConsumeMessage | null) => {
      if (!got) reject(new Error(`queue ${queue} was deleted`));
      else if (got.properties.messageId === 'last') resolve();
      else ids.push(String(got.properties.messageId));
    };
    channel.consume(queue, take, { noAck: true, consumerTag: queue }).catch(reject);
  });
  await channel.cancel(queue);
  return ids;
}
