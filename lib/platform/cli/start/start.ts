import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Events } from '../../declaration/event.ts';
import type { LocalRunEvent } from '../../local/events.ts';
import { type LocalRun, startLocalRun } from '../../local/local-run.ts';
import { type FailureVerb, failureVerbs } from '../../local/mapping/failure-verb.ts';
import { projectRoot } from '../../project-root.ts';
import { brokerFromEnvironment } from '../broker-from-environment.ts';
import { firstConsumer } from '../first-consumer.ts';
import { printable, printableLines } from '../printable.ts';
import type { Project } from '../project.ts';
import { stopOnSignal } from '../stop-on-signal.ts';
import { synthesize, synthesizing } from '../synthesize.ts';
import { rebuildOnChange } from './rebuild.ts';
import { renderCall } from './render-call.ts';
import { renderEvent } from './render-event.ts';
import { renderPlaces } from './render-places.ts';

const usage = `npm start -- [--failure-verb ${failureVerbs.join('|')}]

Runs the synthesized stacks on this machine until Ctrl-C: RabbitMQ, tables, functions, mappings.
  --failure-verb VERB   what a mapping does with a batch whose function failed (default nack)

RABBITMQ_URL=amqps://user:password@host:port/vhost   a broker of your own instead of a private one
RABBITMQ_MANAGEMENT_URL=https://host:port            its management API, where it is not at RabbitMQ's own ports
RABBITMQ_CA_FILE=ca.pem                              the CA to trust for it
RABBITMQ_ACCEPT_UNENCRYPTED=1                        allows amqp:// to another machine`;

const directory = join(projectRoot, '.local');
const assembly = join(directory, 'cdk.out');

/** Folders of which the code of functions is made. */
const sources = [
  'functions',
  ...['functions', 'runtime', 'operations', 'topology', 'config', 'time'].map((part) => join('lib', 'platform', part)),
];

const readOptions = (): { readonly failureVerb: FailureVerb } | undefined => {
  const { values } = parseArgs({
    options: { 'failure-verb': { type: 'string', default: 'nack' }, help: { type: 'boolean', short: 'h' } },
  });
  if (values.help) {
    console.log(usage);
    return undefined;
  }
  const failureVerb = failureVerbs.find((verb) => verb === values['failure-verb']);
  if (!failureVerb)
    throw new Error(`--failure-verb is ${values['failure-verb']}; one of ${failureVerbs.join(', ')} is needed`);
  return { failureVerb };
};

const start = async (project: Project, events: Events): Promise<void> => {
  const options = readOptions();
  if (!options) return;
  const broker = brokerFromEnvironment();
  const context = { env: 'local', ...broker.context };

  let run: LocalRun | undefined;
  let stopWatching = (): void => undefined;
  const names = new Map<string, string>();
  const show = (event: LocalRunEvent): void => {
    if (event.type === 'mapping') names.set(event.functionName, event.queue);
    // The many lines of the topology's declaration say nothing once it has succeeded.
    if (event.type === 'line' && !run) return;
    const line = renderEvent(event, (name) => names.get(name) ?? name);
    if (line !== undefined) console.log(printable(line));
  };
  const end = async (): Promise<void> => {
    stopWatching();
    await run?.stop();
  };
  stopOnSignal(end, 0);

  const begun = performance.now();
  run = await startLocalRun({
    assembly: synthesizing(project, assembly, context),
    directory,
    failureVerb: options.failureVerb,
    ...broker.options,
    onEvent: show,
  });
  console.log(renderPlaces(run.state, join(directory, 'state.json')));
  const [example] = Object.entries(events).map(([type, { example }]) => ({ type, body: example }));
  if (run.state.endpoints.httpApi && example)
    console.log(renderCall(run.state.endpoints.httpApi, run.state.aws, example));
  if (Object.keys(project.app.consumers).length === 0) console.log(firstConsumer);
  console.log(
    `Up in ${((performance.now() - begun) / 1000).toFixed(1)} s. Functions follow changes of their source. Ctrl-C ends it.`,
  );

  const { update } = run;
  stopWatching = rebuildOnChange(
    sources.map((folder) => join(projectRoot, folder)),
    async () => {
      await synthesize(project, assembly, context);
      const changed = await update(assembly);
      if (changed.length > 0) console.log(`new code: ${changed.map((name) => names.get(name) ?? name).join(', ')}`);
    },
    (error) => console.log(printableLines(`not rebuilt, the old code keeps running: ${error.message}`)),
  );
};

/** What `npm start` does. Ends with the process. @param events the first one is shown with the address of the HTTP API */
export const runStartCommand = (project: Project, events: Events): Promise<void> =>
  start(project, events).catch((error: Error) => {
    console.error(printableLines(`${error.name}: ${error.message}`));
    process.exit(1);
  });
