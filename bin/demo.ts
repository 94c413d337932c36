import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { app } from '../lib/app.ts';
import { brokerFromEnvironment } from '../lib/platform/cli/broker-from-environment.ts';
import type { DemoEvent } from '../lib/platform/cli/demo/demo-event.ts';
import { generateEvents } from '../lib/platform/cli/demo/generate-events.ts';
import { type DemoOptions, parseOptions, UsageError, usage } from '../lib/platform/cli/demo/options.ts';
import { createProgress } from '../lib/platform/cli/demo/progress.ts';
import { seededRandom } from '../lib/platform/cli/demo/random.ts';
import { readEvents } from '../lib/platform/cli/demo/read-events.ts';
import { paintFor, renderJson, renderSummary } from '../lib/platform/cli/demo/render.ts';
import { runDemo } from '../lib/platform/cli/demo/run-demo.ts';
import { printable, printableLines } from '../lib/platform/cli/printable.ts';
import { stopOnSignal } from '../lib/platform/cli/stop-on-signal.ts';
import { synthesizing } from '../lib/platform/cli/synthesize.ts';
import { topologyOf } from '../lib/platform/declaration/topology-of.ts';

const begun = performance.now();
const exitCodes = { accounted: 0, notAccounted: 1, usage: 2 } as const;
const badLinesShown = 20;

/** @throws UsageError for a file that cannot be read, or that holds lines that are no events */
const eventsOf = ({ input, events, seed }: DemoOptions): DemoEvent[] => {
  if (input === undefined) return generateEvents(events, seed);
  const source = input === '-' ? 'standard input' : input;
  const read = readEvents(readInput(input));
  if (read.badLines.length > 0) {
    const shown = read.badLines
      .slice(0, badLinesShown)
      .map(({ line, problem }) => `  line ${line}: ${printable(problem)}`);
    const more = read.badLines.length > badLinesShown ? [`  and ${read.badLines.length - badLinesShown} more`] : [];
    throw new UsageError(
      [`${source} has ${read.badLines.length} lines that are no events; nothing was published`, ...shown, ...more].join(
        '\n',
      ),
    );
  }
  if (read.events.length === 0) throw new UsageError(`${source} holds no events`);
  return read.events;
};

const readInput = (input: string): Buffer => {
  try {
    return readFileSync(input === '-' ? 0 : input);
  } catch (error) {
    throw new UsageError(`${input} cannot be read: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
};

const main = async (): Promise<number> => {
  const options = parseOptions(process.argv.slice(2));
  if (options === 'help') {
    process.stdout.write(usage);
    return exitCodes.accounted;
  }
  const events = eventsOf(options);
  const broker = brokerFromEnvironment();
  const progress = createProgress(process.stderr);
  // A folder of its own: `npm start` and other demos may run beside it.
  const directory = mkdtempSync(join(tmpdir(), 'demo-'));
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
  let stop = async (): Promise<void> => {};
  stopOnSignal(() => stop());

  progress.show('synthesizing the stacks, starting RabbitMQ, tables and functions');
  const summary = await runDemo({
    events,
    declaration: topologyOf(app),
    publisher: 'publisher',
    localRun: {
      assembly: synthesizing(join(directory, 'cdk.out'), { env: 'local', ...broker.context }),
      directory: join(directory, 'run'),
      failureVerb: options.failureVerb,
      ...broker.options,
    },
    progress,
    begun,
    onStarted: (run) => {
      stop = run.stop;
    },
    ...(options.chaos && { chaos: { random: seededRandom(options.seed) } }),
  });
  progress.clear();
  process.stdout.write(
    `${options.json ? printable(renderJson(summary)) : renderSummary(summary, paintFor(process.stdout))}\n`,
  );
  return summary.ledger.accounted && summary.settled ? exitCodes.accounted : exitCodes.notAccounted;
};

try {
  process.exitCode = await main();
} catch (error) {
  if (error instanceof UsageError) {
    process.stderr.write(`${printableLines(error.message)}\n\nnpm run demo -- --help says more.\n`);
    process.exitCode = exitCodes.usage;
  } else {
    process.stderr.write(
      `\n${printableLines(error instanceof Error ? `${error.name}: ${error.message}` : String(error))}\n`,
    );
    process.exitCode = exitCodes.notAccounted;
  }
}
