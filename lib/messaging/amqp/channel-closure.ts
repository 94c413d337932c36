import type { OutgoingMessage } from '../publisher.ts';

/** Which of the unanswered messages made the broker close the channel. */
export interface Culprits {
  matches(message: OutgoingMessage): boolean;
  /** Whether a message that matches cannot have been accepted before the one that closed the channel. */
  readonly neverAccepted: boolean;
}

const patterns: readonly [RegExp, (found: readonly string[]) => Culprits][] = [
  [
    /no exchange '(.*)' in vhost '/s,
    ([exchange]) => ({ matches: (message) => message.exchange === exchange, neverAccepted: false }),
  ],
  [
    /access to topic '(.*)' in exchange '(.*)' in vhost '/s,
    ([key, exchange]) => ({
      matches: (message) => message.exchange === exchange && message.routingKey === key,
      neverAccepted: false,
    }),
  ],
  [
    /(?:access to|publish to internal) exchange '(.*)' in vhost '/s,
    ([exchange]) => ({ matches: (message) => message.exchange === exchange, neverAccepted: false }),
  ],
  [
    /message size \d+ is larger than (?:configured )?max size (\d+)/,
    ([limit]) => ({ matches: (message) => message.body.length > Number(limit), neverAccepted: true }),
  ],
  [
    /user_id property set to '(.*)' but authenticated user was '/s,
    ([user]) => ({ matches: (message) => message.properties.userId === user, neverAccepted: true }),
  ],
];

/**
 * Reads from the broker's reply text which messages it objects to: a channel dies with every unanswered message on it,
 * and only one of them is to blame. `undefined` where the text does not tell (AMQP cuts it off at 255 bytes).
 * Texts as RabbitMQ 3.10 and 4.0 have them.
 */
export function culpritsOf(replyText: string): Culprits | undefined {
  for (const [pattern, culprits] of patterns) {
    const found = pattern.exec(replyText);
    if (found) return culprits(found.slice(1));
  }
  return undefined;
}
