import { mkdtempSync, rmSync } from 'node:fs';
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
import type { Effects } from './effects.ts';
import { eventSources } from './event-sources.ts';
import { inputEvents } from './input-events.ts';
import { makeEvents, type Severe } from './make-events.ts';
import { type Chaos, type DemoOptions, parseOptions, UsageError, usage } from './options.ts';
import { seededRandom } from './random.ts';
import { renderJson, renderSummary } from './render.ts';
import { renderNext } from './render-next.ts';
import { renderPurpose } from './render-purpose.ts';
import { type DemoRun, runDemo } from './run-demo.ts';

const begun = performance.now();
const exitCodes = { accounted: 0, notAccounted: 1, usage: 2 } as const;

/** What is published, and what is to go wrong with it. */
interface Script extends Pick<DemoRun, 'events' | 'faults' | 'doomed'> {
  readonly onPurpose?: Readonly<Record<string, number>>;
  /** For the terminal. */
  readonly beginning: string;
}

const severeOf = { kill: 'exit', hang: 'hang' } as const satisfies Record<Chaos, Severe>;

const scriptOf = async (
  { app, events }: Project,
  { input, events: count, seed, chaos }: DemoOptions,
): Promise<Script & { readonly publisher: string }> => {
  const { username: publisher, exchange } = publishingDefaults(app);
  if (publisher === undefined || exchange === undefined)
    throw new UsageError('lib/app.ts declares no publisher; the demo publishes as the first one there');
  if (input !== undefined) {
    const read = inputEvents(input, exchange);
    return { publisher, events: read, beginning: `${read.length} events; nothing goes wrong on purpose` };
  }
  const sources = eventSources(app, events, publisher);
  const made = await makeEvents(sources.sources, { count, seed, severe: chaos ? [severeOf[chaos]] : [] });
  if (made.events.length === 0)
    throw new UsageError(
      `${Object.keys(events).length === 0 ? 'functions/events.ts has no events' : 'no consumer gets any of the events in functions/events.ts'}. To add both:\n  npm run new -- event car.left\n  npm run new -- consumer bill-parking --on car.left`,
    );
  const { doomed, ...script } = made;
  // Random kills affect many messages, and nobody can say which.
  const known = chaos === 'kill' ? {} : { doomed };
  return { publisher, ...script, ...known, beginning: renderPurpose(made, sources) };
};

const main = async (project: Project, effects: Effects, args: readonly string[]): Promise<number> => {
  const options = parseOptions(args);
  if (options === 'help') {
    process.stdout.write(usage);
    return exitCodes.accounted;
  }
  if (Object.keys(project.app.consumers).length === 0) throw new UsageError(firstConsumer);
  const { beginning, onPurpose, publisher, ...script } = await scriptOf(project, options);
  if (!options.json) process.stdout.write(`${beginning}\n`);
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
    ...script,
    declaration: topologyOf(project.app),
    effects,
    publisher,
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
    ...(options.chaos === 'kill' && { chaos: { random: seededRandom(options.seed) } }),
  });
  progress.clear();
  process.stdout.write(
    options.json
      ? `${printable(renderJson({ ...summary, ...(onPurpose && { onPurpose }) }))}\n`
      : `${renderSummary(summary, paintFor(process.stdout))}\n${renderNext(summary.ledger)}\n`,
  );
  return summary.ledger.accounted && summary.settled ? exitCodes.accounted : exitCodes.notAccounted;
};

/** What `npm run demo` does. Resolves with the exit code. */
export const runDemoCommand = async (project: Project, effects: Effects, args: readonly string[]): Promise<number> => {
  try {
    return await main(project, effects, args);
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
