import { FunctionEnvironment } from '../../config/function-environment.ts';
import { DecodeError, FatalError, RetryableError } from '../errors.ts';
import type { RawMessage } from '../message.ts';
import type { ClaimCheckStore } from './claim-check-store.ts';
import { readReference, sha256Of } from './reference.ts';

export interface CheckOutOptions {
  /** Largest body that is read, in bytes. */
  readonly maxBodyBytes: number;
  /** Undefined where no bucket is configured. */
  readonly open: (() => Promise<ClaimCheckStore>) | undefined;
  readonly signal?: AbortSignal;
}

/**
 * Fetches the body of a message that has a reference in its place.
 *
 * @throws FatalError where no bucket is configured
 * @throws DecodeError for a reference that is not of our making, a body that is too large, or another one than was published
 * @throws RetryableError when it cannot be had now: missing, denied, or S3 is away
 */
export async function checkOut(raw: RawMessage, { maxBodyBytes, open, signal }: CheckOutOptions): Promise<Buffer> {
  const { key, sha256, bytes } = readReference(raw.headers, raw.properties.messageId);
  if (!open)
    throw new FatalError(
      `the message's body of ${bytes} bytes is in a bucket, but environment variable ${FunctionEnvironment.claimCheckBucket} does not name one; set it and redrive the message`,
    );
  if (bytes > maxBodyBytes)
    throw new DecodeError(`the message's body in the bucket has ${bytes} bytes; maxBodyBytes is ${maxBodyBytes}`);
  const body = await fetched(key, bytes, await open(), signal);
  if (body.length !== bytes)
    throw new DecodeError(
      `the body at ${key} has ${body.length > bytes ? 'more' : body.length} bytes; ${bytes} were published`,
    );
  const found = sha256Of(body);
  if (found !== sha256)
    throw new DecodeError(`the body at ${key} has SHA-256 ${found}; what was published had ${sha256}`);
  return body;
}

async function fetched(
  key: string,
  bytes: number,
  store: ClaimCheckStore,
  signal: AbortSignal | undefined,
): Promise<Buffer> {
  try {
    return await store.get(key, { bytes, signal });
  } catch (error) {
    const { name, message } = error as Error;
    throw new RetryableError(
      `the message's body at ${key} could not be read: ${name}: ${message} (S3 denies access to what is not there, expired for example)`,
      { cause: error },
    );
  }
}
