import { uuidv7 } from 'uuidv7';
import * as z from 'zod';
import type { DemoEvent } from './demo-event.ts';

const shortString = z
  .string()
  .min(1)
  .refine((text) => Buffer.byteLength(text) <= 255, 'AMQP takes at most 255 bytes here');

const headerValue: z.ZodType<DemoEvent['headers'][string]> = z.lazy(() =>
  z.union([
    z.string(),
    z.number(),
    z.boolean(),
    z.null(),
    z.array(headerValue),
    z.record(z.string().max(128), headerValue),
  ]),
);

/**
 * One line of an events file (newline-delimited JSON). Only `type` and one of `data` and `bodyBase64` are required.
 *
 * @example {"type":"order.placed","data":{"type":"order.placed","orderId":"o-1","customerId":"c-1","lines":[{"sku":"SKU-1","quantity":2}]}}
 * @example {"type":"photo.taken","bodyBase64":"/9j/4AAQ","contentType":"image/jpeg","id":"photo-1","headers":{"camera":"front"}}
 */
export const eventLine = z
  .strictObject({
    /** Message type; also the routing key unless `routingKey` says otherwise. */
    type: shortString,
    /** Body, sent as JSON exactly as given. */
    data: z.json().optional(),
    /** Body as bytes, for everything that is not JSON. */
    bodyBase64: z.base64().optional(),
    /** Message id; two lines with the same id are duplicates. A new UUIDv7 by default. */
    id: shortString.optional(),
    exchange: shortString.default('events'),
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

export interface BadLine {
  /** 1 for the first line of the file. */
  readonly line: number;
  readonly problem: string;
}

/** Reads newline-delimited JSON. Empty lines are skipped; every other line becomes an event or a `BadLine`. */
export const readEvents = (text: string): { events: DemoEvent[]; badLines: BadLine[] } => {
  const events: DemoEvent[] = [];
  const badLines: BadLine[] = [];
  // Editors of Windows begin a file with a byte order mark.
  text
    .replace(/^\ufeff/, '')
    .split('\n')
    .forEach((content, index) => {
      if (content.trim() === '') return;
      const outcome = readLine(content);
      if ('problem' in outcome) badLines.push({ line: index + 1, problem: outcome.problem });
      else events.push(outcome);
    });
  return { events, badLines };
};

const readLine = (content: string): DemoEvent | { problem: string } => {
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch (error) {
    return { problem: `not JSON: ${error instanceof Error ? error.message : String(error)}` };
  }
  const parsed = eventLine.safeParse(value);
  if (!parsed.success) {
    return {
      problem: parsed.error.issues
        .map(({ path, message }) => [path.join('.'), message].filter(Boolean).join(': '))
        .join('; '),
    };
  }
  return toEvent(parsed.data);
};

const toEvent = (line: z.infer<typeof eventLine>): DemoEvent => ({
  exchange: line.exchange,
  routingKey: line.routingKey ?? line.type,
  properties: {
    messageId: line.id ?? uuidv7(),
    type: line.type,
    contentType: line.contentType ?? (line.bodyBase64 === undefined ? 'application/json' : 'application/octet-stream'),
    deliveryMode: 2,
    appId: 'demo',
    ...(line.contentEncoding !== undefined && { contentEncoding: line.contentEncoding }),
    ...(line.correlationId !== undefined && { correlationId: line.correlationId }),
    ...(line.priority !== undefined && { priority: line.priority }),
  },
  headers: line.headers,
  body: line.bodyBase64 === undefined ? Buffer.from(JSON.stringify(line.data)) : Buffer.from(line.bodyBase64, 'base64'),
});
