import { type DelayRoute, delayDestinationBindingKey, delayRoute, delayRoutingKeyOverheadBytes } from './delay.ts';
import type { ExchangeType } from './model.ts';

/**
 * Routing of scheduled events. A broker cannot change a routing key on the way, so it travels behind the delay:
 * `0.0.….1.0.1.@events.order.placed` waits 5 seconds, and whoever is bound to `events` for `order.placed` is also bound, at the end of the
 * delays, to `@events.order.placed` behind any delay. Bindings are looked up when the delay ends, not when the event is published.
 */

/** Begins the word that names an exchange, which queues must therefore not begin with. */
export const scheduleMark = '@';

/** Binding keys on these work behind a delay as they do without. */
const schedulable: ReadonlySet<ExchangeType> = new Set(['topic', 'direct', 'fanout']);

export const isSchedulable = (type: ExchangeType): boolean => schedulable.has(type);

/**
 * Where to publish a message that is to reach the consumers of `exchange` after `seconds`. Fractions are rounded up.
 * @throws RangeError for a delay below 0 or above `maximumDelaySeconds`, and when exchange and routing key are too long together
 */
export function scheduleRoute(seconds: number, exchange: string, routingKey: string): DelayRoute {
  const key = scheduledKey(exchange, routingKey);
  const bytes = Buffer.byteLength(key) + delayRoutingKeyOverheadBytes;
  if (bytes > 255)
    throw new RangeError(
      `routing key '${routingKey}' of exchange '${exchange}' has ${bytes} bytes once the delay is in front of it; AMQP takes at most 255`,
    );
  return delayRoute(seconds, key);
}

/** What follows the delay in the routing key of a scheduled event; with a binding key of a topic exchange, in that of its binding. */
export function scheduledKey(exchange: string, key: string): string {
  const word = `${scheduleMark}${oneWord(exchange)}`;
  // For a topic exchange the empty key has no words at all, not one that is empty.
  return key === '' ? word : `${word}.${key}`;
}

/** Binding key, at the end of the delays, of what a binding with `bindingKey` to `exchange` would get. */
export function scheduleBindingKey(exchange: string, type: ExchangeType, bindingKey: string): string {
  return delayDestinationBindingKey(scheduledKey(exchange, type === 'fanout' ? '#' : bindingKey));
}

/** Otherwise `#` on exchange `a` would also get what is meant for exchange `a.b`. */
const oneWord = (exchange: string): string => exchange.replaceAll('%', '%25').replaceAll('.', '%2E');
