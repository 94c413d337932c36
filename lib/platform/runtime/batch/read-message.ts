import { hasReference } from '../claim-check/reference.ts';
import { decodeBody } from '../decode/body.ts';
import { decodeContentEncoding } from '../decode/content-encoding.ts';
import { validated } from '../decode/schema-validation.ts';
import { Header } from '../headers.ts';
import type { Message, RawMessage } from '../message.ts';
import type { Batch } from './batch.ts';
import type { Delivery } from './delivery.ts';

/** Runs what needs the message; what it holds of the budget is given back when that has settled. */
type Use<Result> = (message: Message<unknown>, heldBytes: number) => Result | PromiseLike<Result>;

/**
 * Reads a delivery's message and passes it to `use`. Reading is a matter of the moment for most; a body that is compressed or was too large to
 * travel has to wait until the batch has room for it, and takes that room until `use` has settled.
 *
 * @throws DecodeError, ValidationError, what `checkOut` throws, and what `use` does
 */
export function withMessage<Result>(
  delivery: Delivery,
  batch: Batch,
  use: Use<Result>,
): Result | PromiseLike<Result> | Promise<Result> {
  if (delivery.problem) throw delivery.problem;
  const { readAhead, raw } = delivery;
  if (readAhead && 'error' in readAhead) throw readAhead.error;
  if (readAhead?.message)
    return readAhead.keptBytes
      ? withKept(readAhead.message, readAhead.keptBytes, batch, use)
      : use(readAhead.message, 0);
  const isCompressed = batch.consumer.schema !== undefined && Boolean(raw.properties.contentEncoding);
  if (isCompressed || hasReference(raw)) return withLargeMessage(delivery, batch, isCompressed, use);
  const message = messageOf(delivery, raw, raw.body, batch);
  return message instanceof Promise ? message.then((read) => use(read, 0)) : use(message, 0);
}

async function withKept<Result>(
  message: Message<unknown>,
  keptBytes: number,
  { bodies }: Batch,
  use: Use<Result>,
): Promise<Result> {
  try {
    return await use(message, keptBytes);
  } finally {
    bodies.drop(keptBytes);
  }
}

async function withLargeMessage<Result>(
  delivery: Delivery,
  batch: Batch,
  isCompressed: boolean,
  use: Use<Result>,
): Promise<Result> {
  const { consumer, bodies } = batch;
  const { raw } = delivery;
  let held = Math.min(consumer.maxBodyBytes, isCompressed ? consumer.maxBodyBytes : referencedBytes(raw));
  await bodies.take(held);
  try {
    const bytes = hasReference(raw) ? await fetched(raw, batch) : raw.body;
    const content = isCompressed
      ? decompressed({ ...raw, body: bytes }, consumer.maxBodyBytes)
      : { ...raw, body: bytes };
    const needed = Math.min(held, content.body.length);
    bodies.giveBack(held - needed);
    held = needed;
    return await use(await messageOf(delivery, content, bytes, batch), held);
  } finally {
    bodies.giveBack(held);
  }
}

/** What the header says; what is not a number is refused when the body is fetched. */
const referencedBytes = ({ headers }: RawMessage): number => Math.max(0, Number(headers[Header.claimCheckBytes]) || 0);

async function fetched(raw: RawMessage, { consumer, services, guard }: Batch): Promise<Buffer> {
  // Most consumers never see such a message.
  const { checkOut } = await import('../claim-check/check-out.ts');
  return checkOut(raw, { maxBodyBytes: consumer.maxBodyBytes, open: services.claimChecks, signal: guard.signal });
}

function decompressed(raw: RawMessage, maxBodyBytes: number): RawMessage {
  const { contentEncoding = '', ...properties } = raw.properties;
  return { ...raw, properties, body: decodeContentEncoding(raw.body, contentEncoding, maxBodyBytes) };
}

/** A promise only where the schema validates asynchronously. */
function messageOf(
  delivery: Delivery,
  content: RawMessage,
  bytes: Buffer,
  { consumer }: Batch,
): Message<unknown> | Promise<Message<unknown>> {
  const { schema, maxBodyBytes } = consumer;
  if (!schema) return messageWith(delivery, bytes, bytes);
  const { contentType } = delivery.raw.properties;
  const result = schema['~standard'].validate(decodeBody(content, maxBodyBytes));
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
