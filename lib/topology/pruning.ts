import type { ActualTopology } from './actual.ts';
import type { Actual, Kind } from './change.ts';

/** Why an object that is not declared stays where it is; undefined if it may go. */
export type ReasonToKeep = { readonly [K in Kind]: (object: Actual<K>) => string | undefined };

/** Only what is certainly ours and certainly empty may go, and only when asked. Users that are not ours don't come here. */
export function reasonsToKeep(actual: ActualTopology, prune: boolean): ReasonToKeep {
  const unasked = prune ? undefined : 'not declared; only pruning deletes it';
  const temporaryQueues = new Set(actual.queues.filter(isTemporary).map(({ name }) => name));
  const temporaryExchanges = new Set(actual.exchanges.filter(isTemporary).map(({ name }) => name));

  return {
    vhost: () => 'virtual hosts are never deleted',
    exchange: (exchange) => (isTemporary(exchange) ? temporary : unasked),
    queue: (queue) => {
      if (isTemporary(queue)) return temporary;
      if (queue.messages !== undefined && queue.messages > 0) {
        return `not declared, but holds ${queue.messages} message${queue.messages === 1 ? '' : 's'}: move or purge them first`;
      }
      return unasked;
    },
    binding: ({ source, destination, destinationType }) => {
      const ends = destinationType === 'exchange' ? temporaryExchanges : temporaryQueues;
      return ends.has(destination) || temporaryExchanges.has(source) ? temporary : unasked;
    },
    policy: ({ name }) => (name.startsWith('AWS-') ? "Amazon MQ's own" : unasked),
    user: () => unasked,
    permission: () => unasked,
    topicPermission: () => unasked,
  };
}

const temporary = "temporary; some client's, and goes with it";

function isTemporary(object: {
  readonly name: string;
  readonly exclusive?: boolean;
  readonly autoDelete?: boolean;
}): boolean {
  return object.exclusive === true || object.autoDelete === true || object.name.startsWith('amq.');
}
