import { parseArgs } from 'node:util';
import { projectRoot } from '../../project-root.ts';
import type { Project } from '../project.ts';
import { answer } from '../source/answer.ts';
import { Refusal } from '../source/refusal.ts';
import { newConsumer } from './new-consumer.ts';
import { newEvent } from './new-event.ts';

const usage = `npm run new -- event TYPE
npm run new -- consumer NAME --on TYPE[,TYPE…] [options]

Adds an event to functions/events.ts (a schema and an example), or a consumer: its declaration in lib/app.ts, its
handler and a test that passes. Changes nothing where it can't do all of it.

  --on TYPE[,TYPE…]     the events that the consumer gets; each is in functions/events.ts
  --order-by FIELD      messages with the same value are handled in order; a field that an event lacks is added to it
  --table NAME[:KEY]    a table that the handler writes to; with its partition key where it is new
  --exchange NAME       where the events are published (default: the only exchange, or events)

  npm run new -- event car.left
  npm run new -- consumer bill-parking --on car.left --order-by plate --table Payments:paymentId`;

const options = {
  on: { type: 'string', multiple: true },
  'order-by': { type: 'string' },
  table: { type: 'string' },
  exchange: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

const parse = (args: readonly string[]) => {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw new Refusal(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`, { cause: error });
  }
};

const run = (project: Project, args: readonly string[]): Promise<string> | string => {
  const { values, positionals } = parse(args);
  if (values.help) return usage;
  const [kind, name, ...rest] = positionals;
  const on = (values.on ?? []).flatMap((types) => types.split(',')).filter((type) => type !== '');
  if (rest.length > 0)
    throw new Refusal(`'${rest.join(' ')}' was not expected: add one event or consumer at a time\n\n${usage}`);
  if (kind === 'event' && name !== undefined) {
    const [given] = Object.keys(values);
    if (given !== undefined) throw new Refusal(`--${given} is for consumers\n\n${usage}`);
    return newEvent(projectRoot, name);
  }
  if (kind !== 'consumer' || name === undefined) throw new Refusal(usage);
  if (on.length === 0) throw new Refusal(`a consumer needs --on, the events that it gets\n\n${usage}`);
  return newConsumer(projectRoot, project, {
    name,
    on: [...new Set(on)],
    orderBy: values['order-by'],
    table: values.table,
    exchange: values.exchange,
  });
};

/** What `npm run new` does. Resolves with the exit code. */
export const runNewCommand = (project: Project, args: readonly string[]): Promise<number> =>
  answer(() => run(project, args));
