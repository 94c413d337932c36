import type { ConsumeMessage, GetMessage } from 'amqplib';
import { messageIdOf } from '../../runtime/decode/message-id.ts';
import { Header } from '../../runtime/headers.ts';
import type { DeadLetter } from './ledger.ts';

/** Reads from a message on the broker what the ledger needs to know. */
export const foundMessage = ({ properties, content }: ConsumeMessage | GetMessage): DeadLetter => {
  const headers = properties.headers ?? {};
  const { messageId, type, correlationId, timestamp, contentType } = properties;
  const id = messageIdOf({
    queue: '',
    vhost: '',
    redelivered: false,
    properties: {
      ...(messageId && { messageId }),
      ...(type && { type }),
      ...(correlationId && { correlationId }),
      ...(contentType && { contentType }),
      ...(timestamp && { timestamp: new Date(timestamp * 1000) }),
    },
    headers: {},
    body: content,
  });
  return {
    id,
    attempt: Number(headers[Header.attempt] ?? 1),
    // The broker itself dead-letters only what exceeds the delivery limit, and says so in a header of its own.
    reason: String(headers[Header.deadLetterReason] ?? headers['x-first-death-reason'] ?? 'no reason given'),
    ...(headers[Header.exceptionType] !== undefined && {
      error: `${headers[Header.exceptionType]}: ${headers[Header.exceptionMessage] ?? ''}`,
    }),
  };
};
