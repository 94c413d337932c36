import type { ConsumerDeclaration } from './declaration.ts';
import { deadLetterQueue } from './names.ts';

const shardSuffix = '.shard-';

/** The consumer to which a queue belongs as far as its name tells: of a shard, the consumer; of any other, the queue itself. */
export const consumerOfQueue = (queue: string): string => queue.replace(/\.shard-\d+$/, '');

type Queues = Pick<ConsumerDeclaration, 'shards' | 'formerQueues'>;

/**
 * The queues to which a consumer's bindings lead: the one named like the consumer or, with shards, `<consumer>.shard-0` and so on. The dead letters of
 * all of them go to the one dead-letter queue of the consumer.
 */
export function fedQueues(consumer: string, { shards }: Queues): string[] {
  return shards ? Array.from({ length: shards.count }, (_, index) => `${consumer}${shardSuffix}${index}`) : [consumer];
}

/** The queues that a consumer reads, each with a mapping of its own: those it is fed by, and former ones until they are empty. */
export function consumerQueues(consumer: string, declared: Queues): string[] {
  return [...fedQueues(consumer, declared), ...(declared.formerQueues ?? [])];
}

/** The dead-letter queues of queues that are consumed, each once: shards share one. */
export function deadLetterQueuesOf(queues: readonly string[]): string[] {
  return [...new Set(queues.map((queue) => deadLetterQueue(consumerOfQueue(queue))))];
}
