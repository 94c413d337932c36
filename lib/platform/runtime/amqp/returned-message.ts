import { isDeepStrictEqual } from 'node:util';
import type { OutgoingMessage } from '../publisher.ts';
import { encodeHeaders } from './header-encoding.ts';
import type { PublishOptions } from './message-encoding.ts';

/** A message as `basic.return` brings it back: without a delivery tag. */
export interface ReturnedMessage {
  readonly fields: {
    readonly exchange: string;
    readonly routingKey: string;
    readonly replyCode?: number;
    readonly replyText?: string;
  };
  readonly properties: { readonly messageId?: string; readonly headers?: Readonly<Record<string, unknown>> };
  readonly content: Buffer;
}

/** A message that was sent and has no answer yet. */
export interface SentMessage {
  readonly message: OutgoingMessage;
  readonly options: PublishOptions;
  /** Whether a return has been matched to it. */
  readonly returned?: unknown;
}

/**
 * Finds the sent message that was returned. A return carries no number and precedes the confirm of its message, so it is
 * matched by what it holds: exchange, routing key and message id, then body, then headers, the oldest first.
 * Messages that are alike in all of these are interchangeable to their sender, too.
 */
export function findReturned<Sent extends SentMessage>(
  { fields, properties, content }: ReturnedMessage,
  unanswered: Iterable<Sent>,
): Sent | undefined {
  const sameBody: Sent[] = [];
  const headers = encodeHeaders(properties.headers ?? {}).table;
  for (const sent of unanswered) {
    const { message } = sent;
    if (
      sent.returned === undefined &&
      message.exchange === fields.exchange &&
      message.routingKey === fields.routingKey &&
      message.properties.messageId === properties.messageId &&
      content.equals(message.body)
    ) {
      if (isDeepStrictEqual(sent.options.headers, headers)) return sent;
      sameBody.push(sent);
    }
  }
  return sameBody[0];
}
