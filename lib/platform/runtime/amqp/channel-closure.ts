import type { OutgoingMessage } from '../publisher.ts';

/** What the broker objects to, of the messages that were unanswered when it closed the channel. */
export interface Objection {
  concerns(message: OutgoingMessage): boolean;
  /** Whether a message that it concerns cannot have been accepted before the one that closed the channel. */
  readonly neverAccepted: boolean;
}

const patterns: readonly [RegExp, (found: readonly string[]) => Objection][] = [
  [
    /no exchange '(.*)' in vhost '/s,
    ([exchange]) => ({ concerns: (message) => message.exchange === exchange, neverAccepted: false }),
  ],
  [
    /access to topic '(.*)' in exchange '(.*)' in vhost '/s,
    ([key, exchange]) => ({
      concerns: (message) => message.exchange === exchange && message.routingKey === key,
      neverAccepted: false,
    }),
  ],
  [
    /(?:access to|publish to internal) exchange '(.*)' in vhost '/s,
    ([exchange]) => ({ concerns: (message) => message.exchange === exchange, neverAccepted: false }),
  ],
  [
    /message size \d+ is larger than (?:configured )?max size (\d+)/,
    ([limit]) => ({ concerns: (message) => message.body.length > Number(limit), neverAccepted: true }),
  ],
  [
    /user_id property set to '(.*)' but authenticated user was '/s,
    ([user]) => ({ concerns: (message) => message.properties.userId === user, neverAccepted: true }),
  ],
];

/**
 * Reads from the broker's reply text which messages it objects to: a channel dies with every unanswered message on it,
 * because of one. `undefined` where the text does not tell (AMQP cuts it off at 255 bytes).
 * Texts as RabbitMQ 3.10 and 4.0 have them.
 */
export function objectionIn(replyText: string): Objection | undefined {
  for (const [pattern, objection] of patterns) {
    const found = pattern.exec(replyText);
    if (found) return objection(found.slice(1));
  }
  return undefined;
}
