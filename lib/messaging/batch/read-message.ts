import { decodeBody } from '../decode/body.ts';
import { validated } from '../decode/validate.ts';
import type { Message } from '../message.ts';
import type { ConsumerDefinition } from './batch.ts';
import type { Delivery } from './delivery.ts';

/**
 * The message that a handler gets. A promise only where the schema validates asynchronously.
 *
 * @throws DecodeError, ValidationError
 */
export function readMessage(
  delivery: Delivery,
  { schema, maxBodyBytes }: ConsumerDefinition,
): Message<unknown> | Promise<Message<unknown>> {
  if (!schema) return messageWith(delivery, delivery.raw.body);
  const result = schema['~standard'].validate(decodeBody(delivery.raw, maxBodyBytes));
  if (result instanceof Promise) return result.then((settled) => messageWith(delivery, validated(settled)));
  return messageWith(delivery, validated(result));
}

function messageWith(delivery: Delivery, body: unknown): Message<unknown> {
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
    bytes: raw.body,
  };
}
