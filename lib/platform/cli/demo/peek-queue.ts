import type { ChannelModel, ConsumeMessage } from 'amqplib';
import { foundMessage } from './found-message.ts';
import type { DeadLetter } from './ledger.ts';

export interface PeekedMessage extends DeadLetter {
  readonly routingKey: string;
}

/** A quorum queue gives a consumer no more than 2,000 messages that are not acknowledged; further consumers get the rest. */
const messagesPerConsumer = 1_000;
/** Longest time between two messages. */
const patienceMilliseconds = 5_000;

/**
 * Reads all messages that are ready in a queue without taking them: nothing is acknowledged, and closing the channel puts
 * them back, which the broker's count of the queue shows a moment later. Each look counts as a delivery towards the queue's delivery limit.
 * @throws Error when messages that the queue reports do not come
 */
export const peekQueue = async (connection: ChannelModel, queue: string): Promise<PeekedMessage[]> => {
  const channel = await connection.createChannel();
  channel.on('error', () => {
    // The same error rejects the call under way.
  });
  const found: PeekedMessage[] = [];
  const { messageCount } = await channel.checkQueue(queue);
  if (messageCount > 0) {
    await channel.prefetch(messagesPerConsumer);
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(
        () =>
          reject(
            new Error(
              `${queue} reports ${messageCount} messages; after ${found.length} of them none came for ${patienceMilliseconds} ms`,
            ),
          ),
        patienceMilliseconds,
      );
      const note = (message: ConsumeMessage | null) => {
        timer.refresh();
        if (message) found.push({ ...foundMessage(message), routingKey: message.fields.routingKey });
        if (message && found.length < messageCount) return;
        clearTimeout(timer);
        if (message) resolve();
        else reject(new Error(`${queue} was deleted while it was read`));
      };
      for (let first = 0; first < messageCount; first += messagesPerConsumer)
        channel.consume(queue, note).catch(reject);
    });
  }
  await channel.close();
  return found.slice(0, messageCount);
};
