import type { ActualTopology } from './actual.ts';
import { consumerOfQueue } from './consumer-queues.ts';
import type { Topology } from './model.ts';
import { deadLetterExchange, deadLetterQueue, delayDeliveryExchange } from './names.ts';

/**
 * Queues, with the reason, whose messages nobody would read once `desired` is applied: the consumer stays and no longer has this queue, as after a
 * change of its shards, and the queue still gets or holds messages.
 */
export function strandedQueues(desired: Topology, actual: ActualTopology): ReadonlyMap<string, string> {
  const declared = new Set(desired.queues.map(({ name }) => name));
  const stranded = new Map<string, string>();
  for (const { name, messages = 0 } of actual.queues) {
    const consumer = consumerOfQueue(name);
    if (declared.has(name) || !declared.has(deadLetterQueue(consumer))) continue;
    const sources = actual.bindings.filter((binding) => binding.destination === name && feeds(binding));
    if (messages === 0 && sources.length === 0) continue;
    const holds = messages === 0 ? [] : [`holds ${messages} message${messages === 1 ? '' : 's'}`];
    const gets = [...new Set(sources.map(({ source }) => `gets messages from exchange '${source}'`))];
    const state = [...holds, ...gets].join(' and ');
    stranded.set(
      name,
      `it ${state}, and consumer '${consumer}' would no longer read it: add '${name}' to formerQueues of the consumer, ` +
        'apply with pruning, and take it out once the queue is empty',
    );
  }
  return stranded;
}

/** Retries come back while a queue is read, too, and dead letters go the other way. */
const feeds = ({ source, destinationType }: ActualTopology['bindings'][number]): boolean =>
  destinationType !== 'exchange' && source !== delayDeliveryExchange && source !== deadLetterExchange;
