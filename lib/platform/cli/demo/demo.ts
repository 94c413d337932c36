import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { selectEnvironment } from '../../config/select-environment.ts';
import { topologyOf } from '../../declaration/topology-of.ts';
import { brokerFromEnvironment } from '../broker-from-environment.ts';
import { firstConsumer } from '../first-consumer.ts';
import { localSecrets } from '../local-secrets.ts';
import { paintFor } from '../paint.ts';
import { printable, printableLines } from '../printable.ts';
import { createProgress } from '../progress.ts';
import type { Project } from '../project.ts';
import { publishingDefaults } from '../publishing-defaults.ts';
import { stopOnSignal } from '../stop-on-signal.ts';
import { synthesizing } from '../synthesize.ts';
import type { DemoDomain } from './demo-domain.ts';
import type { DemoEvent } from './demo-event.ts';
import { type DemoOptions, parseOptions, UsageError, usage } from './options.ts';
import { seededRandom } from './random.ts';
import { readEvents } from './read-events.ts';
import { renderJson, renderSummary } from './render.ts';
import { runDemo } from './run-demo.ts';

const begun = performance.now();
const exitCodes = { accounted: 0, notAccounted: 1, usage: 2 } as const;
const badLinesShown = 20;

/** @throws UsageError for a file that cannot be read, or that holds lines that are no events */
const eventsOf = (
  { input, events, seed }: DemoOptions,
  generate: DemoDomain['generate'],
  exchange: string,
): readonly DemoEvent[] => {
  if (input === undefined) return generate(events, seed);
  const source = input === '-' ? 'standard input' : input;
  const read = readEvents(readInput(input), exchange);
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

const main = async (project: Project, domain: DemoDomain, args: readonly string[]): Promise<number> => {
  const options = parseOptions(args);
  if (options === 'help') {
    process.stdout.write(usage);
    return exitCodes.accounted;
  }
  if (Object.keys(project.app.consumers).length === 0) throw new UsageError(firstConsumer);
  const { username, exchange } = publishingDefaults(project.app);
  if (username === undefined || exchange === undefined)
    throw new Error('lib/app.ts declares no publisher; the demo publishes as the first one there');
  const events = eventsOf(options, domain.generate, exchange);
  if (events.length === 0)
    throw new UsageError('functions/demo/domain.ts makes no events: npm run new -- event car.left adds one');
  const broker = brokerFromEnvironment();
  const context = { env: 'local', ...broker.context };
  const progress = createProgress(process.stderr);
  // A folder of its own: `npm start` and other demos may run beside it.
  const directory = mkdtempSync(join(tmpdir(), 'demo-'));
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
  let stop = async (): Promise<void> => {};
  stopOnSignal(() => stop());

  progress.show('synthesizing the stacks, starting RabbitMQ, tables and functions');
  const summary = await runDemo({
    events,
    declaration: topologyOf(project.app),
    effects: domain.effects,
    publisher: username,
    localRun: {
      assembly: synthesizing(project, join(directory, 'cdk.out'), context),
      directory: join(directory, 'run'),
      failureVerb: options.failureVerb,
      secrets: localSecrets(selectEnvironment(project.environments, context), (message) => progress.note(message)),
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

/** What `npm run demo` does. Resolves with the exit code. */
export const runDemoCommand = async (
  project: Project,
  domain: DemoDomain,
  args: readonly string[],
): Promise<number> => {
  try {
    return await main(project, domain, args);
  } catch (error) {
    if (error instanceof UsageError) {
      process.stderr.write(`${printableLines(error.message)}\n\nnpm run demo -- --help says more.\n`);
      return exitCodes.usage;
    }
    process.stderr.write(
      `\n${printableLines(error instanceof Error ? `${error.name}: ${error.message}` : String(error))}\n`,
    );
    return exitCodes.notAccounted;
  }
};
