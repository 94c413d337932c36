import { delayLevels, maximumDelaySeconds } from '../config/message-limits.ts';
import { delayDeliveryExchange, delayLevel } from './names.ts';

/**
 * Routing of delayed messages, after NServiceBus' RabbitMQ transport. Level k keeps a message for 2^k seconds. The routing key is the
 * delay in binary, one word a level, highest first, then the destination queue: `0.0.….1.0.1.fulfil-order` waits 5 seconds.
 */

/** Bytes that the delay adds in front of the queue's name in a routing key. */
export const delayRoutingKeyOverheadBytes = 2 * delayLevels;

export interface DelayRoute {
  readonly exchange: string;
  readonly routingKey: string;
}

/**
 * Where to publish a message that is to reach `queue` after `seconds`. Enters at the highest level that has to wait, so that short delays
 * pass few exchanges. Fractions of a second are rounded up: a message is never early.
 * @throws RangeError for a delay below 0 or above `maximumDelaySeconds`, and for a queue whose routing key would exceed AMQP's 255 bytes.
 */
export function delayRoute(seconds: number, queue: string): DelayRoute {
  const whole = Math.ceil(seconds);
  if (!(whole >= 0 && whole <= maximumDelaySeconds)) {
    throw new RangeError(
      `delay for queue '${queue}' is ${seconds} s; the delay infrastructure takes 0 to ${maximumDelaySeconds} s`,
    );
  }
  const longest = 255 - delayRoutingKeyOverheadBytes;
  const bytes = Buffer.byteLength(queue);
  if (bytes === 0 || bytes > longest) {
    throw new RangeError(
      `queue name '${queue}' has ${bytes} bytes; a delayed message can reach queues of 1 to ${longest} bytes`,
    );
  }
  const bits = whole.toString(2).padStart(delayLevels, '0');
  const highestLevel = whole === 0 ? 0 : Math.floor(Math.log2(whole));
  return { exchange: delayLevel(highestLevel), routingKey: `${[...bits].join('.')}.${queue}` };
}

const delayedKey = new RegExp(`^((?:[01]\\.){${delayLevels}})(.+)$`, 'su');

/** Delay and destination that a routing key says, or undefined if it isn't one of ours. */
export function parseDelayRoutingKey(
  routingKey: string,
): { readonly seconds: number; readonly queue: string } | undefined {
  const match = delayedKey.exec(routingKey);
  if (match?.[1] === undefined || match[2] === undefined) return undefined;
  return { seconds: Number.parseInt(match[1].replaceAll('.', ''), 2), queue: match[2] };
}

/** Binding key, on the exchange of `level`, of the messages that wait at it (bit '1') or pass it (bit '0'). */
export function delayLevelBindingKey(level: number, bit: '0' | '1'): string {
  return `${'*.'.repeat(delayLevels - 1 - level)}${bit}.#`;
}

/**
 * Binding key, on the last exchange, of everything that is meant for `queue`. Exactly one word a level before the name: with `#` queue `b`
 * would also get what is meant for `a.b`.
 */
export function delayDestinationBindingKey(queue: string): string {
  return `${'*.'.repeat(delayLevels)}${queue}`;
}

/** Where messages go that waited at `level`. */
export function afterDelayLevel(level: number): string {
  return level === 0 ? delayDeliveryExchange : delayLevel(level - 1);
}
