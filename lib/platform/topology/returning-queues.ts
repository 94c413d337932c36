import type { Arguments, Binding, Policy, Queue, Topology } from './model.ts';
import { delayDeliveryExchange, returningQueue } from './names.ts';
import { effectiveSettings } from './policy-matching.ts';

type Routing = Pick<Topology, 'queues' | 'bindings' | 'policies'>;

/**
 * At the end of the delays, puts a queue of its own in front of each destination that may refuse messages: one with a length limit. The levels are
 * everybody's, and at-least-once dead-lettering holds 32 messages a queue and tries refused ones again only every 180 s: without it, one full
 * queue would hold up the delays of all others. With it, what is refused waits in `<destination>.returning`.
 */
export function withReturningQueues(topology: Routing): Pick<Topology, 'queues' | 'bindings'> {
  const returning = new Map<string, Queue>();
  const bindings = topology.bindings.map((binding): Binding => {
    if (binding.source !== delayDeliveryExchange || !mayRefuse(binding, topology)) return binding;
    const queue = returningQueueTo(binding);
    returning.set(queue.name, queue);
    const { destinationType: _, ...direct } = binding;
    return { ...direct, destination: queue.name };
  });
  return { queues: [...topology.queues, ...returning.values()], bindings };
}

function mayRefuse({ destination, destinationType = 'queue' }: Binding, topology: Routing): boolean {
  const queues =
    destinationType === 'queue'
      ? [destination]
      : topology.bindings.filter(({ source }) => source === destination).map((binding) => binding.destination);
  return topology.queues.some((queue) => queues.includes(queue.name) && isLimited(queue, topology.policies));
}

function isLimited(queue: Queue, policies: readonly Policy[]): boolean {
  const settings = effectiveSettings(queue, policies);
  const limit = settings['max-length'] ?? settings['max-length-bytes'];
  return limit !== undefined && settings.overflow === 'reject-publish';
}

/** Settings are arguments for the reason that those of the levels are. No limit: what waits here has nowhere else to go. */
function returningQueueTo({ destination, destinationType = 'queue' }: Binding): Queue {
  const onwards: Arguments =
    destinationType === 'queue'
      ? { 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': destination }
      : { 'x-dead-letter-exchange': destination };
  return {
    name: returningQueue(destination),
    arguments: {
      // Milliseconds. As good as at once: the queue is there for its dead-lettering only.
      'x-message-ttl': 1,
      ...onwards,
      'x-dead-letter-strategy': 'at-least-once',
      'x-overflow': 'reject-publish',
    },
  };
}
