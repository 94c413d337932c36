import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { selectEnvironment } from '../../config/select-environment.ts';
import { topologyOf } from '../../declaration/topology-of.ts';
import type { LocalRunEvent } from '../../local/events.ts';
import { type LocalRun, startLocalRun } from '../../local/local-run.ts';
import { consumerQueues } from '../../topology/consumer-queues.ts';
import { brokerFromEnvironment } from '../broker-from-environment.ts';
import { FunctionNames } from '../function-names.ts';
import { localSecrets } from '../local-secrets.ts';
import { paintFor } from '../paint.ts';
import { printableLines } from '../printable.ts';
import { createProgress } from '../progress.ts';
import type { Project } from '../project.ts';
import { localFolder, stateFile } from '../state-file.ts';
import { stopOnSignal } from '../stop-on-signal.ts';
import { synthesize, synthesizing } from '../synthesize.ts';
import { readState, renderAddresses } from './addresses.ts';
import { renderFirstScreen } from './first-screen.ts';
import { followSources } from './follow-sources.ts';
import { readOptions, type StartOptions, usage } from './options.ts';
import { renderEvent } from './render-event.ts';
import { StartProgress } from './start-progress.ts';

const start = async (project: Project, { failureVerb }: StartOptions): Promise<void> => {
  const { app, events } = project;
  const broker = brokerFromEnvironment();
  const context = { env: 'local', ...broker.context };
  const paint = paintFor(process.stdout);
  const progress = createProgress(process.stderr);

  let run: LocalRun | undefined;
  const names = new FunctionNames();
  const nameOf = (functionName: string): string => names.of(functionName);
  const queues = Object.entries(topologyOf(app).consumers).flatMap(([name, each]) => consumerQueues(name, each));
  const starting = new StartProgress(queues.length);
  const show = (event: LocalRunEvent): void => {
    names.note(event);
    if (!run && starting.note(event)) progress.show(starting.text);
    // The many lines of the topology's declaration say nothing once it has succeeded.
    if (event.type === 'line' && (!run || names.of(event.functionName) === 'topology')) return;
    const lines = renderEvent(event, { nameOf, paint, at: new Date() });
    if (lines.length === 0) return;
    if (!run) progress.clear();
    console.log(lines.join('\n'));
  };
  const say = (message: string): void => show({ type: 'notice', message });
  const secrets = localSecrets(selectEnvironment(project.environments, context), say);
  // Functions go on reading what was made before: nothing in here is written twice.
  const scratch = mkdtempSync(join(tmpdir(), 'start-'));
  process.once('exit', () => rmSync(scratch, { recursive: true, force: true }));
  const following = followSources({
    project,
    synthesize: async () => {
      const assembly = mkdtempSync(join(scratch, 'cdk.out-'));
      await synthesize(project, assembly, context);
      return assembly;
    },
    codeFolder: join(scratch, 'code'),
    nameOf,
    say,
  });
  stopOnSignal(async () => {
    await following.stop();
    await run?.stop();
  }, 0);

  const begun = performance.now();
  progress.show(starting.text);
  try {
    run = await startLocalRun({
      assembly: synthesizing(project, join(scratch, 'cdk.out'), context),
      directory: localFolder,
      failureVerb,
      secrets,
      ...broker.options,
      onEvent: show,
    });
  } finally {
    progress.clear();
  }
  const seconds = (performance.now() - begun) / 1000;
  console.log(renderFirstScreen({ app, events, state: run.state, seconds }, paint));
  following.begin(run);
};

const main = async (project: Project, args: readonly string[]): Promise<void> => {
  const options = readOptions(args);
  if (options === 'help') console.log(usage);
  else if (options.addresses) console.log(renderAddresses(readState(stateFile), stateFile, project.events));
  else await start(project, options);
};

/** What `npm start` does. Ends with the process. */
export const runStartCommand = (project: Project): Promise<void> =>
  main(project, process.argv.slice(2)).catch((error: Error) => {
    console.error(printableLines(`${error.name}: ${error.message}`));
    process.exit(1);
  });
