import { isUtf8 } from 'node:buffer';
import { uuidv7 } from 'uuidv7';
import type { DemoEvent } from './demo-event.ts';
import { type EventLine, parseEventLine } from './event-line.ts';

export interface BadLine {
  /** 1 for the first line of the file. */
  readonly line: number;
  readonly problem: string;
}

const newline = 0x0a;
const byteOrderMark = Buffer.from('\ufeff');

/**
 * Reads newline-delimited JSON. Empty lines are skipped; every other line becomes an event or a `BadLine`.
 * @param exchange for lines that name none
 */
export const readEvents = (file: Buffer, exchange: string): { events: DemoEvent[]; badLines: BadLine[] } => {
  const events: DemoEvent[] = [];
  const badLines: BadLine[] = [];
  // Editors of Windows begin a file with a byte order mark.
  const marked = file.subarray(0, byteOrderMark.length).equals(byteOrderMark);
  let start = marked ? byteOrderMark.length : 0;
  for (let line = 1; start < file.length; line += 1) {
    const end = file.indexOf(newline, start);
    const bytes = file.subarray(start, end === -1 ? file.length : end);
    start = end === -1 ? file.length : end + 1;
    const text = bytes.toString();
    if (text.trim() === '') continue;
    const outcome = isUtf8(bytes) ? parseEventLine(text) : { problem: 'not UTF-8' };
    if ('problem' in outcome) badLines.push({ line, problem: outcome.problem });
    else events.push(toEvent({ exchange, ...outcome }));
  }
  return { events, badLines };
};

const toEvent = (line: EventLine & { readonly exchange: string }): DemoEvent => ({
  exchange: line.exchange,
  routingKey: line.routingKey,
  properties: {
    messageId: line.id ?? uuidv7(),
    type: line.type,
    contentType: line.contentType,
    deliveryMode: 2,
    appId: 'demo',
    ...(line.contentEncoding !== undefined && { contentEncoding: line.contentEncoding }),
    ...(line.correlationId !== undefined && { correlationId: line.correlationId }),
    ...(line.priority !== undefined && { priority: line.priority }),
  },
  headers: line.headers,
  body: line.body,
});
