import { consumerQueues, fedQueues } from './consumer-queues.ts';
import type { ConsumerDeclaration, ShardsDeclaration } from './declaration.ts';
import { delayDestination } from './delay-infrastructure.ts';
import type { Arguments, Binding, Exchange, Policy, Topology } from './model.ts';
import { deadLetterExchange, deadLetterQueue } from './names.ts';
import { exactly } from './patterns.ts';
import { derivedPolicyPriority } from './terminal-queues.ts';

export const defaultDeliveryLimit = 1000;

/** Queues, dead-letter queue, hash exchange, bindings and policies of one consumer. */
export function expandConsumer(
  name: string,
  consumer: ConsumerDeclaration,
): Pick<Topology, 'exchanges' | 'queues' | 'bindings' | 'policies'> {
  const queues = consumerQueues(name, consumer);
  const { shards } = consumer;
  return {
    exchanges: shards ? [hashExchange(name, shards)] : [],
    queues: [...queues, deadLetterQueue(name)].map((queue) => ({ name: queue })),
    bindings: [
      ...consumer.bindings.map(({ exchange, ...binding }): Binding => {
        const edge = { source: exchange, destination: name, ...binding };
        return shards ? { ...edge, destinationType: 'exchange' } : edge;
      }),
      ...(shards
        ? fedQueues(name, consumer).map((queue): Binding => ({ source: name, destination: queue, routingKey: '1' }))
        : []),
      ...queues.map(delayDestination),
      ...queues.map(
        (queue): Binding => ({ source: deadLetterExchange, destination: deadLetterQueue(name), routingKey: queue }),
      ),
    ],
    policies: queues.map((queue) => consumedQueuePolicy(queue, consumer)),
  };
}

function hashExchange(name: string, { by }: ShardsDeclaration): Exchange {
  return { name, type: 'x-consistent-hash', ...(by === 'routing-key' ? {} : { arguments: hashArguments(by) }) };
}

function hashArguments(by: Exclude<ShardsDeclaration['by'], string>): Arguments {
  return 'header' in by ? { 'hash-header': by.header } : { 'hash-property': by.property };
}

/**
 * The exit by delivery limit is a safety net and leads to the dead-letter queue, never into the delay infrastructure: brokers of every version
 * take that for a cycle and drop the message. The limit is high because a deployment that cannot start returns whole batches over and over.
 */
function consumedQueuePolicy(
  queue: string,
  { deliveryLimit = defaultDeliveryLimit, maxLength }: ConsumerDeclaration,
): Policy {
  return {
    name: `consumer.${queue}`,
    pattern: exactly(queue),
    applyTo: 'queues',
    priority: derivedPolicyPriority,
    definition: {
      'dead-letter-exchange': deadLetterExchange,
      'dead-letter-routing-key': queue,
      'dead-letter-strategy': 'at-least-once',
      overflow: 'reject-publish',
      'delivery-limit': deliveryLimit,
      ...(maxLength === undefined ? {} : { 'max-length': maxLength }),
    },
  };
}
