import type { ActualQueue, ActualTopology } from './actual.ts';
import type { Actual, Kind } from './change.ts';
import type { Policy, Topology } from './model.ts';
import { delayDeliveryExchange, returningQueue } from './names.ts';
import { governs } from './policy-matching.ts';

/** Why an object that is not declared stays where it is; undefined if it may go. */
export type ReasonToKeep = { readonly [K in Kind]: (object: Actual<K>) => string | undefined };

/** What of that which is not declared is to be deleted: `routes` are bindings, of which nobody notices that they go but what they lead to. */
export type Pruning = boolean | 'routes';

/** Only what is certainly ours and certainly empty may go, and only when asked. Users that are not ours don't come here. */
export function reasonsToKeep(desired: Topology, actual: ActualTopology, prune: Pruning): ReasonToKeep {
  const unasked = prune === true ? undefined : 'not declared; only pruning deletes it';
  const temporaryQueues = new Set(actual.queues.filter(isTemporary).map(({ name }) => name));
  const temporaryExchanges = new Set(actual.exchanges.filter(isTemporary).map(({ name }) => name));
  const queueReason = (queue: ActualQueue): string | undefined => {
    if (isTemporary(queue)) return temporary;
    if (queue.messages !== undefined && queue.messages > 0) {
      return `not declared, but holds ${queue.messages} message${queue.messages === 1 ? '' : 's'}: move or purge them first`;
    }
    return unasked;
  };
  const isReplaced = (destination: string, routingKey = ''): boolean =>
    desired.bindings.some(
      (binding) =>
        binding.source === delayDeliveryExchange &&
        binding.routingKey === routingKey &&
        (binding.destination === returningQueue(destination) || returningQueue(binding.destination) === destination),
    );
  const declared = new Set(desired.queues.map(({ name }) => name));
  const staying = actual.queues.filter((queue) => !declared.has(queue.name) && queueReason(queue) !== undefined);

  return {
    vhost: () => 'virtual hosts are never deleted',
    exchange: (exchange) => (isTemporary(exchange) ? temporary : unasked),
    queue: queueReason,
    binding: ({ source, destination, destinationType, routingKey }) => {
      // Beside the one that takes its place it would make two messages of each that was delayed.
      if (source === delayDeliveryExchange && isReplaced(destination, routingKey)) return undefined;
      const ends = destinationType === 'exchange' ? temporaryExchanges : temporaryQueues;
      if (ends.has(destination) || temporaryExchanges.has(source)) return temporary;
      return prune === 'routes' ? undefined : unasked;
    },
    policy: (policy) => {
      if (policy.name.startsWith('AWS-')) return "Amazon MQ's own";
      return reasonToKeepPolicy(policy, staying) ?? unasked;
    },
    user: () => unasked,
    permission: () => unasked,
    topicPermission: () => unasked,
  };
}

/** A queue that stays needs its limits and its dead-lettering as long as it holds messages. */
export function reasonToKeepPolicy(
  policy: Policy,
  staying: readonly { readonly name: string; readonly type?: string }[],
): string | undefined {
  const governed = staying.find((queue) => governs(policy, queue));
  return governed && `governs queue '${governed.name}', which stays`;
}

const temporary = "temporary; some client's, and goes with it";

function isTemporary(object: {
  readonly name: string;
  readonly exclusive?: boolean;
  readonly autoDelete?: boolean;
}): boolean {
  return object.exclusive === true || object.autoDelete === true || object.name.startsWith('amq.');
}
