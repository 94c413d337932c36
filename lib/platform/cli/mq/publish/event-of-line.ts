import { isUtf8 } from 'node:buffer';
import type { Event } from '../../../runtime/amqp/event-publisher.ts';
import { parseEventLine } from '../../demo/event-line.ts';
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

const noExchange = { problem: 'no exchange is named, and lib/app.ts declares none' };

/** The event of a line that is not blank: the line is its data, or with no type on the command line an event of its own. */
export function eventOfLine({ number, bytes }: Line, options: Defaults, maximumBytes: number): ReadLine {
  if (bytes === undefined) return { problem: `longer than ${maximumBytes} bytes` };
  if (!isUtf8(bytes)) return { problem: 'not UTF-8' };
  if (options.type === undefined) return eventOfItsOwn(bytes.toString(), options);
  try {
    JSON.parse(bytes.toString());
  } catch (error) {
    return { problem: `not JSON: ${(error as Error).message}` };
  }
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
  const { exchange, routingKey = type, id, headers, delay } = options;
  if (exchange === undefined) return noExchange;
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

function eventOfItsOwn(line: string, { headers, delay, ...options }: Defaults): ReadLine {
  const parsed = parseEventLine(line);
  if ('problem' in parsed) return parsed;
  const { exchange = options.exchange, body, ...event } = parsed;
  if (exchange === undefined) return noExchange;
  return {
    exchange,
    event: {
      ...event,
      data: body,
      headers: { ...headers, ...event.headers },
      ...(delay === undefined ? {} : { delay }),
    },
  };
}
