import * as z from 'zod';
import type { HeaderValue } from '../../runtime/message.ts';
import { memberText } from './member-text.ts';

const shortString = z
  .string()
  .min(1)
  .refine((text) => Buffer.byteLength(text) <= 255, 'AMQP takes at most 255 bytes here');

const exactNumber = z
  .number()
  .refine(
    (number) => !Number.isInteger(number) || Number.isSafeInteger(number),
    'has more digits than are exact here; give it as a string',
  );

const headerValue: z.ZodType<HeaderValue> = z.lazy(() =>
  z.union([
    z.string(),
    exactNumber,
    z.boolean(),
    z.null(),
    z.array(headerValue),
    z.record(z.string().max(128), headerValue),
  ]),
);

const eventLine = z
  .strictObject({
    /** Message type; also the routing key unless `routingKey` says otherwise. */
    type: shortString,
    /** Body, sent as JSON exactly as given: what is read here is only whether it is there. */
    data: z.unknown().optional(),
    /** Body as bytes, for everything that is not JSON. */
    bodyBase64: z.base64().optional(),
    /** Message id; two lines with the same id are duplicates. A new UUIDv7 by default. */
    id: shortString.optional(),
    /** By default the one that the reader of the line has for all. */
    exchange: shortString.optional(),
    routingKey: shortString.optional(),
    /** `application/json` by default with `data`, `application/octet-stream` with `bodyBase64`. */
    contentType: shortString.optional(),
    contentEncoding: shortString.optional(),
    correlationId: shortString.optional(),
    priority: z.int().min(0).max(255).optional(),
    headers: z.record(z.string().max(128), headerValue).default({}),
  })
  .refine(({ data, bodyBase64 }) => (data === undefined) !== (bodyBase64 === undefined), {
    error: 'give exactly one of data and bodyBase64',
    path: ['data'],
  });

/** The event of a line. */
export interface EventLine extends Omit<z.infer<typeof eventLine>, 'data' | 'bodyBase64'> {
  readonly routingKey: string;
  readonly contentType: string;
  /** The bytes of `data` as they stand in the line, or those of `bodyBase64`. */
  readonly body: Buffer;
}

/**
 * Reads one line of an events file (newline-delimited JSON). Only `type` and one of `data` and `bodyBase64` are required.
 *
 * @example {"type":"order.placed","data":{"type":"order.placed","orderId":"o-1","customerId":"c-1","lines":[{"sku":"SKU-1","quantity":2}]}}
 * @example {"type":"photo.taken","bodyBase64":"/9j/4AAQ","contentType":"image/jpeg","id":"photo-1","headers":{"camera":"front"}}
 */
export const parseEventLine = (line: string): EventLine | { readonly problem: string } => {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    return { problem: `not JSON: ${(error as Error).message}` };
  }
  const parsed = eventLine.safeParse(value);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) =>
      [path.join('.'), message].filter(Boolean).join(': '),
    );
    return { problem: problems.join('; ') };
  }
  const { data: _, bodyBase64, ...event } = parsed.data;
  return {
    ...event,
    routingKey: event.routingKey ?? event.type,
    contentType: event.contentType ?? (bodyBase64 === undefined ? 'application/json' : 'application/octet-stream'),
    body: bodyBase64 === undefined ? Buffer.from(memberText(line, 'data') ?? '') : Buffer.from(bodyBase64, 'base64'),
  };
};
