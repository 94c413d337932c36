import type { ChannelModel } from 'amqplib';
import type { TopologyDeclaration } from '../../topology/declaration.ts';
import { foundMessage } from './found-message.ts';

/** What the broker routed to each consumer, seen through queues of our own with the same bindings. */
export interface Witness {
  /** Ids of all copies, in order, by consumer. */
  arrived(consumer: string): readonly string[];
  /** @throws Error when the connection broke meanwhile: what was missed cannot be told */
  assertComplete(): Promise<void>;
}

/**
 * Binds an exclusive queue beside every consumer's and notes what arrives. Neither the publisher nor the functions know
 * of it, so it tells independently of them what has to be accounted for. The queues go with the connection.
 */
export const openWitness = async (
  connection: ChannelModel,
  consumers: TopologyDeclaration['consumers'],
): Promise<Witness> => {
  const channel = await connection.createChannel();
  let broken: Error | undefined;
  channel.on('error', (error: Error) => {
    broken = error;
  });
  channel.on('close', () => {
    broken ??= new Error('the channel was closed');
  });

  const arrived = new Map<string, string[]>();
  const queues: string[] = [];
  for (const [consumer, { bindings }] of Object.entries(consumers)) {
    const ids: string[] = [];
    arrived.set(consumer, ids);
    const { queue } = await channel.assertQueue('', { exclusive: true, arguments: { 'x-queue-type': 'classic' } });
    queues.push(queue);
    for (const { exchange, routingKey, arguments: matching } of bindings)
      await channel.bindQueue(queue, exchange, routingKey ?? '', matching);
    const note = (message: Parameters<typeof foundMessage>[0] | null) => {
      if (message) ids.push(foundMessage(message).id);
      else broken ??= new Error('the broker cancelled the consumer');
    };
    await channel.consume(queue, note, { noAck: true });
  }

  return {
    arrived: (consumer) => arrived.get(consumer) ?? [],
    assertComplete: async () => {
      for (const queue of queues) {
        if (broken) break;
        const { messageCount } = await channel.checkQueue(queue);
        if (messageCount > 0) broken = new Error(`${messageCount} messages were not delivered`);
      }
      if (broken)
        throw new Error(`the witness of what the broker routed is incomplete: ${broken.message}`, { cause: broken });
    },
  };
};
