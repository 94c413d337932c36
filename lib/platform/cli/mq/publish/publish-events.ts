import { createEventPublisher, type EventPublisher } from '../../../runtime/amqp/event-publisher.ts';
import { ConnectError } from '../../../runtime/publish-errors.ts';
import type { MessagePublisher, PublishResult } from '../../../runtime/publisher.ts';
import type { ReadLine } from './event-of-line.ts';
import type { Tally } from './tally.ts';

/** What is read and has no result yet may not exceed these; reading waits. */
const limits = { events: 2000, bytes: 32 * 1024 * 1024, perCall: 100 };
/** An event waits no longer than this for others to be sent along with it. */
const lingerMilliseconds = 20;

export type Numbered = ReadLine & { readonly line?: number; readonly bytes: number };
type Publishable = Extract<Numbered, { event: unknown }>;

export interface Publishing {
  readonly publisher: MessagePublisher;
  readonly tally: Tally;
  readonly timeoutMilliseconds: number;
  /** Called after every answer. */
  readonly onProgress: () => void;
  /** Aborted by whoever wants no more to be read: the user, or this, when there is no broker. */
  readonly reading: AbortController;
}

/**
 * Publishes events as they are read, many calls at a time, and no faster than the broker confirms them.
 * @returns why reading ended before the end of the input, where it did
 */
export async function publishEvents(
  events: AsyncIterable<Numbered> | Iterable<Numbered>,
  { publisher, tally, timeoutMilliseconds, onProgress, reading }: Publishing,
): Promise<ConnectError | undefined> {
  const publishers = new Map<string, EventPublisher>();
  const underWay = new Set<Promise<void>>();
  const waiting = { events: 0, bytes: 0 };
  let unreachable: ConnectError | undefined;
  let call: Publishable[] = [];
  let linger: NodeJS.Timeout | undefined;

  const publisherTo = (exchange: string): EventPublisher => {
    const known = publishers.get(exchange) ?? createEventPublisher({ publisher, exchange, appId: 'mq' });
    publishers.set(exchange, known);
    return known;
  };
  const publish = async (batch: readonly Publishable[]): Promise<void> => {
    const deadline = Date.now() + timeoutMilliseconds;
    for (const [exchange, group] of Map.groupBy(batch, (each) => each.exchange)) {
      const results = await publisherTo(exchange).publishAll(
        group.map(({ event }) => event),
        { deadline },
      );
      for (const [index, result] of results.entries()) {
        tally.add(group[index]?.line, result);
        unreachable ??= connectErrorOf(result);
      }
    }
    if (unreachable) reading.abort();
    for (const { bytes } of batch) waiting.bytes -= bytes;
    waiting.events -= batch.length;
    onProgress();
  };
  const send = (): void => {
    clearTimeout(linger);
    linger = undefined;
    if (call.length === 0) return;
    const sent: Promise<void> = publish(call).finally(() => underWay.delete(sent));
    underWay.add(sent);
    call = [];
  };

  for await (const read of events) {
    if (reading.signal.aborted) break;
    if ('problem' in read) {
      tally.addInvalid(read.line, read.problem);
      onProgress();
      continue;
    }
    call.push(read);
    waiting.events += 1;
    waiting.bytes += read.bytes;
    if (call.length >= limits.perCall || waiting.bytes >= limits.bytes) send();
    else linger ??= setTimeout(send, lingerMilliseconds);
    while (waiting.events >= limits.events || waiting.bytes >= limits.bytes) await Promise.race(underWay);
  }
  send();
  await Promise.all(underWay);
  return unreachable;
}

/** There is no broker to publish to: what follows would fail for the same reason, after as long a wait. */
function connectErrorOf(result: PublishResult): ConnectError | undefined {
  if (result.status !== 'failed') return undefined;
  const { error } = result;
  if (error instanceof ConnectError) return error;
  return error.cause instanceof ConnectError ? error.cause : undefined;
}
