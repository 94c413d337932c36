import { createHash } from 'node:crypto';
import { hasReference } from '../claim-check/reference.ts';
import { Header } from '../headers.ts';
import type { RawMessage } from '../message.ts';

/** 96 bits: nobody meets another body with the same digest by accident. */
const digestBytes = 12;

/**
 * Short digest of a message's body, 16 characters; of one that lies elsewhere, what its reference says. Undefined for a message without an id of
 * its own: its id stands for its content, so a duplicate has no other body.
 */
export function bodyDigest(message: RawMessage): string | undefined {
  const { properties, headers, body } = message;
  if (properties.messageId === undefined || properties.messageId === '') return undefined;
  const elsewhere = hasReference(message) ? headers[Header.claimCheckSha256] : undefined;
  const hash = createHash('sha256').update(typeof elsewhere === 'string' ? elsewhere : body);
  return hash.digest().toString('base64url', 0, digestBytes);
}
