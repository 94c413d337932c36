import { defaultMaxBodyBytes, defaultMessageSize } from '../../config/message-limits.ts';
import { BacklogFullError, MessageTooLargeError, PublishError } from '../publish-errors.ts';
import type { OutgoingMessage } from '../publisher.ts';
import type { ClaimCheckStore } from './claim-check-store.ts';
import { referenceHeaders, referenceTo } from './reference.ts';

export interface ClaimCheckSettings {
  /** Bodies above this many bytes, compressed where they are compressed, go to the bucket. @default 524288, what the broker takes */
  readonly aboveBytes?: number;
  /** @default the bucket that the environment variable CLAIM_CHECK_BUCKET names; without it, bodies that are too large fail */
  readonly bucket?: string;
  /** Takes the place of the bucket. */
  readonly store?: ClaimCheckStore;
}

/** A body could not be put into the bucket; nothing was sent. */
export class ClaimCheckError extends PublishError {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ClaimCheckError';
  }
}

/** Of bodies on their way at a time, as for messages that wait for the broker. */
const maximumBytesOnTheWay = 67_108_864;
const defaultPatience = 30_000;

/** @returns the message itself, or one without a body that says where it is */
export type CheckIn = (
  message: OutgoingMessage,
  options: {
    /** Milliseconds since the epoch. @default in 30 seconds */
    readonly deadline?: number;
  },
) => Promise<OutgoingMessage>;

/**
 * Makes a function that puts large bodies into a bucket before their messages are published. To be given messages that have an id.
 *
 * @returns undefined where there is no bucket
 * @throws RangeError for settings that mean nothing
 */
export function checkIn({ aboveBytes = defaultMessageSize, bucket, store }: ClaimCheckSettings): CheckIn | undefined {
  if (!Number.isInteger(aboveBytes) || aboveBytes < 0)
    throw new RangeError(`claimCheck.aboveBytes is ${aboveBytes}; it must be a whole number from 0`);
  if (!store && !bucket) return undefined;
  let opened: Promise<ClaimCheckStore> | undefined = store && Promise.resolve(store);
  const open = (): Promise<ClaimCheckStore> => {
    opened ??= import('./s3-claim-check-store.ts').then(({ openClaimCheckBucket }) =>
      openClaimCheckBucket(bucket ?? ''),
    );
    return opened;
  };
  let onTheWay = 0;
  return async (message, { deadline = Date.now() + defaultPatience }) => {
    const { exchange, body, properties } = message;
    if (body.length <= aboveBytes) return message;
    // Consumers read no larger ones unless they say so.
    if (body.length > defaultMaxBodyBytes) throw new MessageTooLargeError(body.length, defaultMaxBodyBytes);
    if (onTheWay + body.length > maximumBytesOnTheWay)
      throw new BacklogFullError(`${onTheWay} bytes on their way to a bucket`, `${maximumBytesOnTheWay} bytes`);
    const reference = referenceTo(exchange, properties.messageId ?? '', body);
    onTheWay += body.length;
    try {
      const signal = AbortSignal.timeout(Math.max(1, deadline - Date.now()));
      await (await open()).put(reference.key, body, { sha256: reference.sha256, signal });
    } catch (error) {
      throw new ClaimCheckError(
        `the body of ${body.length} bytes could not be put into ${bucket ?? 'the store'} as ${reference.key}: ${(error as Error).message}`,
        { cause: error },
      );
    } finally {
      onTheWay -= body.length;
    }
    return {
      ...message,
      body: Buffer.alloc(0),
      headers: { ...message.headers, ...referenceHeaders(reference) },
    };
  };
}
