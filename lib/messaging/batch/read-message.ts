import { hasReference } from '../claim-check/reference.ts';
import { decodeBody } from '../decode/body.ts';
import { validated } from '../decode/validate.ts';
import type { Message } from '../message.ts';
import type { Batch } from './batch.ts';
import type { Delivery } from './delivery.ts';

/**
 * The message that a handler gets. A promise only where the schema validates asynchronously, or the body has to be fetched.
 *
 * @throws DecodeError, ValidationError, and what `checkOut` throws
 */
export function readMessage(delivery: Delivery, batch: Batch): Message<unknown> | Promise<Message<unknown>> {
  const { problem, readAhead } = delivery;
  if (problem) throw problem;
  if (readAhead && 'error' in readAhead) throw readAhead.error;
  if (readAhead?.message) return readAhead.message;
  return hasReference(delivery.raw) ? readFetched(delivery, batch) : readBytes(delivery, delivery.raw.body, batch);
}

async function readFetched(delivery: Delivery, batch: Batch): Promise<Message<unknown>> {
  // Most consumers never see such a message.
  const { checkOut } = await import('../claim-check/check-out.ts');
  const bytes = await checkOut(delivery.raw, {
    maxBodyBytes: batch.consumer.maxBodyBytes,
    open: batch.services.claimChecks,
    signal: batch.guard.signal,
  });
  return readBytes(delivery, bytes, batch);
}

function readBytes(
  delivery: Delivery,
  bytes: Buffer,
  { consumer }: Batch,
): Message<unknown> | Promise<Message<unknown>> {
  const { schema, maxBodyBytes } = consumer;
  const { contentType } = delivery.raw.properties;
  if (!schema) return messageWith(delivery, bytes, bytes);
  const raw = bytes === delivery.raw.body ? delivery.raw : { ...delivery.raw, body: bytes };
  const result = schema['~standard'].validate(decodeBody(raw, maxBodyBytes));
  if (result instanceof Promise)
    return result.then((settled) => messageWith(delivery, bytes, validated(settled, contentType)));
  return messageWith(delivery, bytes, validated(result, contentType));
}

function messageWith(delivery: Delivery, bytes: Buffer, body: unknown): Message<unknown> {
  const { raw } = delivery;
  return {
    id: delivery.id,
    attempt: delivery.attempt,
    redriveCount: delivery.redriveCount,
    queue: raw.queue,
    vhost: raw.vhost,
    redelivered: raw.redelivered,
    properties: raw.properties,
    headers: raw.headers,
    body,
    bytes,
  };
}
