import { uuidv7 } from 'uuidv7';

/** A message id has at most 255 bytes in AMQP. */
const maximumLength = 255;

/** Neither commas, which join headers that were sent twice, nor anything that logs and URLs would have to escape. */
const key = /^[A-Za-z0-9._~:@/+=-]+$/;

/**
 * The id of the message: what the `Idempotency-Key` header holds, in quotation marks
 * (https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/) or without, or a new UUIDv7 where there is no such header.
 *
 * @returns what is wrong with the header, if anything
 */
export function messageIdFor(
  header: string | undefined,
): { readonly id: string } | { readonly id?: undefined; readonly problem: string } {
  if (header === undefined) return { id: uuidv7() };
  const text = /^\s*"(.*)"\s*$/.exec(header)?.[1] ?? header.trim();
  if (text === '') return { problem: 'Idempotency-Key is empty; leave the header out, or send a UUID' };
  if (text.length > maximumLength)
    return { problem: `Idempotency-Key has ${text.length} characters; at most ${maximumLength} are allowed` };
  if (!key.test(text))
    return { problem: 'Idempotency-Key holds characters other than letters, digits and . _ ~ : @ / + = -' };
  return { id: text };
}
