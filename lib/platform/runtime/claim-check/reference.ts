import { createHash } from 'node:crypto';
import { DecodeError } from '../errors.ts';
import { Header } from '../headers.ts';
import type { Headers, RawMessage } from '../message.ts';

/** Where the body of a message is that is too large to travel itself, and how to know that it is the right one. */
export interface ClaimCheckReference {
  readonly key: string;
  /** Of the body as it would have been sent, in hex. */
  readonly sha256: string;
  readonly bytes: number;
}

/** Key of the default exchange, which has no name. */
const defaultExchange = '(default)';
/** S3 takes keys of up to 1,024 bytes; what is longer than this goes by its hash. */
const maximumPartLength = 400;
const prefixLength = 16;

/** A reference to a body of this exchange and message. */
export function referenceTo(exchange: string, messageId: string, body: Buffer): ClaimCheckReference {
  const sha256 = sha256Of(body);
  return {
    key: `${keyPart(exchange || defaultExchange)}/${fileName(messageId, sha256)}`,
    sha256,
    bytes: body.length,
  };
}

export const referenceHeaders = ({ key, sha256, bytes }: ClaimCheckReference): Headers => ({
  [Header.claimCheckKey]: key,
  [Header.claimCheckSha256]: sha256,
  [Header.claimCheckBytes]: bytes,
});

/** The headers of a message's reference, which must stay on every copy of it. None where they are too large to be of our making. */
export const referenceHeadersOf = (message: RawMessage): Headers =>
  hasReference(message)
    ? Object.fromEntries(
        [Header.claimCheckKey, Header.claimCheckSha256, Header.claimCheckBytes].flatMap((name) => {
          const value = message.headers[name];
          return typeof value === 'number' || (typeof value === 'string' && value.length <= 1024)
            ? [[name, value]]
            : [];
        }),
      )
    : {};

/** A message that has a body of its own needs none from elsewhere, whatever its headers say. */
export const hasReference = ({ body, headers }: RawMessage): boolean =>
  body.length === 0 && headers[Header.claimCheckKey] !== undefined;

/**
 * Reads the reference of a message. Only a key is taken that this message's own body would have: a header cannot point anywhere else.
 *
 * @param messageId the message's own, not one that was derived from its body
 * @throws DecodeError naming the header
 */
export function readReference(headers: Headers, messageId: string | undefined): ClaimCheckReference {
  const key = headers[Header.claimCheckKey];
  const sha256 = headers[Header.claimCheckSha256];
  const size = headers[Header.claimCheckBytes];
  const bytes = typeof size === 'string' && /^\d{1,15}$/.test(size) ? Number(size) : size;
  if (typeof sha256 !== 'string' || !/^[0-9a-f]{64}$/.test(sha256))
    throw new DecodeError(`header ${Header.claimCheckSha256} is ${shown(sha256)}; it must be a SHA-256 in hex`);
  if (typeof bytes !== 'number' || !Number.isSafeInteger(bytes) || bytes < 0)
    throw new DecodeError(`header ${Header.claimCheckBytes} is ${shown(size)}; it must be a number of bytes`);
  if (messageId === undefined || messageId === '')
    throw new DecodeError(`header ${Header.claimCheckKey} is set, but the message has no message id to go with it`);
  const [exchange, file, ...others] = typeof key === 'string' ? key.split('/') : [];
  if (typeof key !== 'string' || others.length > 0 || !isKeyPart(exchange) || file !== fileName(messageId, sha256))
    throw new DecodeError(
      `header ${Header.claimCheckKey} is ${shown(key)}; the key for this message is <exchange>/${fileName(messageId, sha256)}`,
    );
  return { key, sha256, bytes };
}

export const sha256Of = (content: Uint8Array | string): string => createHash('sha256').update(content).digest('hex');

const fileName = (messageId: string, sha256: string): string =>
  `${keyPart(messageId)}-${sha256.slice(0, prefixLength)}`;

/** One part of a key: no slash, no lone dots, nothing that a path or an address could take for something else. */
function keyPart(text: string): string {
  const part = encodeURIComponent(text.toWellFormed()).replace(/^\.+$/, (dots) => '%2E'.repeat(dots.length));
  return part.length > maximumPartLength ? `sha256-${sha256Of(text)}` : part;
}

const isKeyPart = (part: string | undefined): part is string =>
  part !== undefined &&
  part.length <= maximumPartLength &&
  /^(?:[A-Za-z0-9\-_.!~*'()]|%[0-9A-F]{2})+$/.test(part) &&
  !/^\.+$/.test(part);

const shown = (value: unknown): string => (JSON.stringify(value) ?? 'absent').slice(0, 300);
