import type { Channel, ConsumeMessage } from 'amqplib';
import type { QueueSession } from './queue-session.ts';

/**
 * What the mapping does with a batch whose function failed. AWS documents only that the whole batch is tried again, so all
 * the ways are here: `nack` and `reject` return it to the queue (in one frame, or one frame a message), `close` closes
 * the channel, `memory` keeps it and invokes again.
 */
export const failureVerbs = ['nack', 'reject', 'close', 'memory'] as const;
export type FailureVerb = (typeof failureVerbs)[number];

/** Gives a failed batch back in the way of the verb. Not for `memory`, which gives nothing back. */
export const giveBack = async (
  verb: Exclude<FailureVerb, 'memory'>,
  session: QueueSession,
  channel: Channel,
  batch: readonly ConsumeMessage[],
): Promise<void> => {
  switch (verb) {
    case 'nack': {
      const last = batch.at(-1);
      if (last) channel.nack(last, true, true);
      return;
    }
    case 'reject':
      for (const message of batch) channel.reject(message, true);
      return;
    case 'close':
      await session.restartChannel();
      return;
  }
};
