import type { Application } from '../../declaration/application.ts';
import type { Events } from '../../declaration/event.ts';
import { topologyOf } from '../../declaration/topology-of.ts';
import type { LocalState } from '../../local/state/state-file.ts';
import { consumerQueues } from '../../topology/consumer-queues.ts';
import { receivers } from '../../topology/receivers.ts';
import { firstConsumer } from '../first-consumer.ts';
import type { Paint } from '../paint.ts';
import { publishingDefaults } from '../publishing-defaults.ts';

export interface FirstScreen {
  readonly app: Application;
  readonly events: Events;
  readonly state: Pick<LocalState, 'broker' | 'endpoints'>;
  /** Until everything was up. */
  readonly seconds: number;
}

/** With what is around them, as many as fit a terminal of 24 lines. */
const consumersShown = 8;
const width = 80;

/** What `npm start` says once everything is up: what to try first, who gets what, where the most wanted addresses are. At most 23 lines of 80 columns. */
export const renderFirstScreen = ({ app, events, state, seconds }: FirstScreen, paint: Paint): string => {
  const strong = (text: string): string => paint('strong', text);
  const dim = (text: string): string => paint('dim', text);
  const { broker, endpoints } = state;
  const addresses = [
    ...(endpoints.httpApi === undefined ? [] : [`HTTP API    ${endpoints.httpApi}`]),
    `RabbitMQ    ${broker.management}  ${dim('user admin, see .local/credentials.json')}`,
    `the rest    ${strong('npm start -- --addresses')}  ${dim('also in .local/state.json')}`,
  ];
  return [
    `${paint('good', `${app.name} is up`)} after ${seconds.toFixed(1)} s, on RabbitMQ ${broker.version}.`,
    '',
    ...(Object.keys(app.consumers).length === 0 ? firstConsumer.split('\n') : trial(app, events, strong)),
    '',
    ...consumerLines(app, dim),
    '',
    ...addresses,
    '',
    dim('What the functions log follows. Ctrl-C ends it; queues and tables go with it.'),
    '',
  ].join('\n');
};

/** Publish, see, edit. */
const trial = (app: Application, events: Events, strong: (text: string) => string): string[] => {
  const sample = sampleOf(app, events);
  if (sample === undefined)
    return [
      'functions/events.ts has no event that a consumer gets. The first one, for example:',
      '  npm run new -- event car.left',
    ];
  const { type, consumer } = sample;
  return [
    'Try this in a second terminal:',
    `  ${strong(`npm run mq -- publish ${type} --example`)}`,
    `  ${strong('npm run mq -- consumer status')}`,
    'Then change a handler and save it; the next message runs the new code:',
    cut(`  functions/${consumer}/handler.ts`),
  ];
};

/** The first event that the default publisher can bring to a consumer. */
const sampleOf = (
  app: Application,
  events: Events,
): { readonly type: string; readonly consumer: string } | undefined => {
  const { username, exchange } = publishingDefaults(app);
  if (username === undefined || exchange === undefined || app.exchanges[exchange]?.type === 'headers') return undefined;
  const topology = topologyOf(app);
  for (const type of Object.keys(events)) {
    const [consumer] = receivers(topology, { exchange, routingKey: type });
    if (consumer !== undefined) return { type, consumer };
  }
  return undefined;
};

const consumerLines = (app: Application, dim: (text: string) => string): string[] => {
  const consumers = Object.entries(topologyOf(app).consumers);
  const shown = consumers.slice(0, consumers.length > consumersShown ? consumersShown - 1 : consumersShown);
  const nameWidth = Math.max(...shown.map(([name]) => name.length));
  const lines = shown.map(([name, consumer]) => {
    const types = consumer.bindings.map(({ routingKey = '' }) => routingKey).filter((key) => key !== '');
    const queues = consumerQueues(name, consumer);
    const what = `${types.join(', ')}${queues.length > 1 ? `  (${queues.length} queues)` : ''}`;
    return cut(`${name.padEnd(nameWidth)}  ${what}`);
  });
  return [
    ...lines,
    ...(shown.length < consumers.length ? [dim(`and ${consumers.length - shown.length} more consumers`)] : []),
  ];
};

const cut = (line: string): string => (line.length > width ? `${line.slice(0, width - 1)}…` : line);
