import { isUtf8 } from 'node:buffer';
import type { Event } from '../../../lib/messaging/amqp/event-publisher.ts';
import { eventLine } from '../../demo/read-events.ts';
import type { PublishCommandOptions } from './options.ts';
import type { Line } from './read-lines.ts';

type Defaults = Pick<
  PublishCommandOptions,
  'type' | 'exchange' | 'routingKey' | 'id' | 'headers' | 'contentType' | 'delay'
>;

/** An event and where it goes, or why the line holds none. */
export type ReadLine =
  | { readonly exchange: string; readonly event: Event & { readonly routingKey: string } }
  | { readonly problem: string };

const defaultExchange = 'events';

/** The event of a line that is not blank: the line is its data, or with no type on the command line an event of its own. */
export function eventOfLine({ number, bytes }: Line, options: Defaults, maximumBytes: number): ReadLine {
  if (bytes === undefined) return { problem: `longer than ${maximumBytes} bytes` };
  if (!isUtf8(bytes)) return { problem: 'not UTF-8' };
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString());
  } catch (error) {
    return { problem: `not JSON: ${(error as Error).message}` };
  }
  if (options.type === undefined) return eventOfItsOwn(value, options);
  const id = options.id === undefined ? {} : { id: `${options.id}-${number}` };
  // The bytes of the line, not the value written anew: numbers keep all their digits.
  return eventWith(bytes, options.type, { ...options, ...id }, 'application/json');
}

/** The event of the whole input. */
export const eventOfWhole = (bytes: Buffer, type: string, options: Defaults): ReadLine =>
  eventWith(bytes, type, options, 'application/octet-stream');

/** The event of `--data`. */
export const eventOfData = (json: string, type: string, options: Defaults): ReadLine => {
  try {
    JSON.parse(json);
  } catch (error) {
    return { problem: `--data is not JSON: ${(error as Error).message}` };
  }
  return eventWith(Buffer.from(json), type, options, 'application/json');
};

function eventWith(body: Buffer, type: string, options: Defaults, contentType: string): ReadLine {
  const { exchange = defaultExchange, routingKey = type, id, headers, delay } = options;
  return {
    exchange,
    event: {
      type,
      data: body,
      routingKey,
      headers,
      contentType: options.contentType ?? contentType,
      ...(id === undefined ? {} : { id }),
      ...(delay === undefined ? {} : { delay }),
    },
  };
}

function eventOfItsOwn(value: unknown, { headers, delay }: Defaults): ReadLine {
  const parsed = eventLine.safeParse(value);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) =>
      [path.join('.'), message].filter(Boolean).join(': '),
    );
    return { problem: problems.join('; ') };
  }
  const { exchange, type, routingKey = type, data, bodyBase64, ...rest } = parsed.data;
  return {
    exchange,
    event: {
      type,
      routingKey,
      data: bodyBase64 === undefined ? data : Buffer.from(bodyBase64, 'base64'),
      headers: { ...headers, ...rest.headers },
      ...(rest.id === undefined ? {} : { id: rest.id }),
      ...(rest.contentType === undefined ? {} : { contentType: rest.contentType }),
      ...(rest.contentEncoding === undefined ? {} : { contentEncoding: rest.contentEncoding }),
      ...(rest.correlationId === undefined ? {} : { correlationId: rest.correlationId }),
      ...(rest.priority === undefined ? {} : { priority: rest.priority }),
      ...(delay === undefined ? {} : { delay }),
    },
  };
}
