import { createHash } from 'node:crypto';
import type { RawMessage } from '../message.ts';

/**
 * What identifies a message: its message id, or where the publisher set none, `sha256:` and the SHA-256 in hex over type,
 * correlation id, timestamp, content type and body. All of these survive our own retries and redrives, so every copy of a
 * message has the same key.
 *
 * The price: two messages without an id that agree in all five are taken for duplicates of one. A publisher whose messages may
 * be equal (a bare "tick") has to set a message id, or the consumer has to do without claims.
 */
export function messageIdOf({ properties, body }: RawMessage): string {
  if (properties.messageId !== undefined && properties.messageId !== '') return properties.messageId;
  const { type, correlationId, timestamp, contentType } = properties;
  // JSON keeps the parts apart: no content of one can look like another's.
  const parts = JSON.stringify([
    type ?? null,
    correlationId ?? null,
    timestamp?.getTime() ?? null,
    contentType ?? null,
  ]);
  return `sha256:${createHash('sha256').update(parts).update('\n').update(body).digest('hex')}`;
}
