import type { ChannelModel } from 'amqplib';
import { delayLevels } from '../../config/message-limits.ts';
import { consumerQueues } from '../../topology/consumer-queues.ts';
import type { TopologyDeclaration } from '../../topology/declaration.ts';
import { deadLetterQueue, delayLevel } from '../../topology/names.ts';
import type { Observation } from './settle.ts';

export interface WatchOptions {
  readonly connection: ChannelModel;
  readonly consumers: TopologyDeclaration['consumers'];
  /** Messages of the batches that the functions of a consumer hold at the moment. */
  readonly inFlight: (consumer: string) => number;
}

export interface QueueObservation extends Observation {
  /** Messages in dead-letter queues. */
  readonly dead: number;
  /** One line for a person. */
  readonly text: string;
}

/** Asks the broker how many messages are ready where; the management API would tell what was true some seconds ago. */
export const watchQueues = async ({
  connection,
  consumers,
  inFlight,
}: WatchOptions): Promise<() => Promise<QueueObservation>> => {
  const channel = await connection.createChannel();
  channel.on('error', () => {
    // The same error rejects the call under way.
  });
  const ready = async (queues: readonly string[]): Promise<number> => {
    let total = 0;
    for (const queue of queues) total += (await channel.checkQueue(queue)).messageCount;
    return total;
  };
  const levels = Array.from({ length: delayLevels }, (_, level) => delayLevel(level));

  return async () => {
    const parts: { name: string; queued: number; held: number; dead: number }[] = [];
    for (const [name, declared] of Object.entries(consumers)) {
      const held = inFlight(name);
      parts.push({
        name,
        queued: await ready(consumerQueues(name, declared)),
        // Looked at before and after: a batch that was taken in between is in one of the two.
        held: Math.max(held, inFlight(name)),
        dead: await ready([deadLetterQueue(name)]),
      });
    }
    const delayed = await ready(levels);
    const dead = parts.reduce((total, part) => total + part.dead, 0);
    return {
      dead,
      waiting: delayed + parts.reduce((total, { queued, held }) => total + queued + held, 0),
      fingerprint: JSON.stringify([parts, delayed]),
      text: [
        ...parts.map(({ name, queued, held }) => `${name} ${queued}+${held}`),
        `delayed ${delayed}`,
        `dead letters ${dead}`,
      ].join(' · '),
    };
  };
};
