import type { ConsumerDeclaration } from './declare.ts';

/**
 * The queues that a consumer reads, each with a mapping of its own: the one named like the consumer or, with shards,
 * `<consumer>.shard-0` and so on. The dead letters of all of them go to the one dead-letter queue of the consumer.
 */
export function consumerQueues(consumer: string, { shards }: Pick<ConsumerDeclaration, 'shards'>): string[] {
  return shards ? Array.from({ length: shards.count }, (_, index) => `${consumer}.shard-${index}`) : [consumer];
}
