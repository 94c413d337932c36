import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { largestMessage } from '../../../config/message-limits.ts';
import { createPublisher } from '../../../runtime/amqp/amqp-publisher.ts';
import { createProgress } from '../../progress.ts';
import type { Project } from '../../project.ts';
import { publishingDefaults } from '../../publishing-defaults.ts';
import { ExitCode, UsageError } from '../command.ts';
import { connectionFor } from './connection.ts';
import { eventOfData, eventOfLine, eventOfWhole, type ReadLine } from './event-of-line.ts';
import { exampleOf } from './example.ts';
import { type Input, type PublishCommandOptions, parsePublishOptions } from './options.ts';
import { type Numbered, publishEvents } from './publish-events.ts';
import { readLines } from './read-lines.ts';
import { renderJson, renderProblem, renderSummary } from './render.ts';
import { Tally } from './tally.ts';

/** The hard limit of `max_message_size` on Amazon MQ for RabbitMQ 4; what the broker takes in fact is for it to say. */
const maximumBodyBytes = largestMessage;
/** As C's convention has it for SIGINT. */
const interrupted = 130;
const progressMilliseconds = 100;
/** Above what waits at most, so that the largest body can follow others. */
const backlogBytes = maximumBodyBytes + 64 * 1024 * 1024;

export async function run(args: readonly string[], { app, events }: Pick<Project, 'app' | 'events'>): Promise<number> {
  const parsed = parsePublishOptions(args);
  const given = { ...parsed, input: parsed.input.kind === 'example' ? exampleOf(events, parsed.type) : parsed.input };
  const { username, exchange } = publishingDefaults(app, given.username);
  const options = { exchange, ...given };
  const settings = connectionFor(given, username);
  const begun = performance.now();
  const tally = new Tally();
  const progress = createProgress(process.stderr);
  const reading = new AbortController();
  let stoppedByUser = false;
  const onSignal = () => {
    // A second one does not wait for what is under way.
    if (stoppedByUser) process.exit(interrupted);
    progress.note('reading no further; waiting for the confirms of what was sent');
    stoppedByUser = true;
    reading.abort();
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  let shownAt = begun;
  let noted = 0;
  const onProgress = () => {
    for (const problem of tally.problems.slice(noted)) progress.note(renderProblem(problem));
    noted = tally.problems.length;
    const now = performance.now();
    if (options.input.kind === 'data' || now - shownAt < progressMilliseconds) return;
    shownAt = now;
    progress.show(`${tally.counts.confirmed} of ${tally.total} confirmed`);
  };
  const publisher = createPublisher(settings, {
    maximumBodyBytes,
    backlogBytes,
    log: {
      info: () => {},
      warn: (message, { reason, endpoint }) => progress.note(`${message} (${endpoint}): ${reason}`),
    },
  });
  try {
    const unreachable = await publishEvents(eventsOf(options, reading.signal), {
      publisher,
      tally,
      timeoutMilliseconds: options.timeoutSeconds * 1000,
      onProgress,
      reading,
    });
    onProgress();
    progress.clear();
    const stopped = stoppedByUser
      ? 'interrupted; the rest of the input was not read'
      : unreachable && 'no broker to publish to; what was not read by then was not published';
    const summary = { tally, seconds: (performance.now() - begun) / 1000, ...(stopped ? { stopped } : {}) };
    process.stdout.write(options.json ? renderJson(summary) : renderSummary(summary));
    if (stoppedByUser) return interrupted;
    return tally.allConfirmed && !unreachable ? ExitCode.success : ExitCode.failure;
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
    await publisher.close();
  }
}

interface PublishOptions extends PublishCommandOptions {
  readonly input: Exclude<Input, { readonly kind: 'example' }>;
}

async function* eventsOf(options: PublishOptions, signal: AbortSignal): AsyncGenerator<Numbered> {
  const { input, type } = options;
  if (input.kind === 'data') {
    yield numbered(eventOfData(input.json, type ?? '', options), input.json.length);
    return;
  }
  const source = input.file === '-' ? process.stdin : createReadStream(input.file);
  signal.addEventListener('abort', () => source.destroy(), { once: true });
  try {
    if (input.whole) {
      const body = await readWhole(source);
      yield numbered(eventOfWhole(body, type ?? '', options), body.length);
      return;
    }
    for await (const line of readLines(source, maximumBodyBytes)) {
      if (line.bytes && line.bytes.toString('latin1').trim() === '') continue;
      yield numbered(eventOfLine(line, options, maximumBodyBytes), line.bytes?.length ?? 0, line.number);
    }
  } catch (error) {
    // What is read is no longer of interest.
    if (signal.aborted) return;
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error;
    throw new UsageError(`${input.file} can't be read: ${(error as Error).message}`);
  }
}

async function readWhole(source: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of source as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maximumBodyBytes)
      throw new UsageError(`the input has more than ${maximumBodyBytes} bytes, which no broker of Amazon MQ takes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

const numbered = (read: ReadLine, bytes: number, line?: number): Numbered => ({
  ...read,
  bytes,
  ...(line === undefined ? {} : { line }),
});
