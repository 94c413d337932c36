import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { topologyOf } from '../../declaration/topology-of.ts';
import { validateApplication } from '../../declaration/validate-application.ts';
import { expandTopology } from '../../topology/expand.ts';
import { validateTopology } from '../../topology/validation/validate-topology.ts';
import type { Project } from '../project.ts';
import { type Change, formatted, listed, refuseExisting, write } from '../source/changes.ts';
import { edited } from '../source/edit.ts';
import { Refusal } from '../source/refusal.ts';
import { parseSource, type Source } from '../source/source.ts';
import { addConsumer, type NewConsumer, withConsumer } from './add-consumer.ts';
import { handlerText, testText } from './consumer-files.ts';
import { addField, declaredEvent, eventsFile, hasField } from './declared-event.ts';
import { checkField, parseTable } from './names.ts';

export interface ConsumerRequest {
  readonly name: string;
  readonly on: readonly string[];
  readonly orderBy?: string | undefined;
  /** `Payments:paymentId`, or `Payments` where it is declared. */
  readonly table?: string | undefined;
  /** @default the only exchange, or `events` */
  readonly exchange?: string | undefined;
}

const appFile = 'lib/app.ts';

/** Adds a consumer to the project in this folder. @returns what to tell the user */
export const newConsumer = async (
  root: string,
  { app, environments }: Project,
  request: ConsumerRequest,
): Promise<string> => {
  const read = (path: string): Source => parseSource(path, readFileSync(join(root, path), 'utf8'));
  const { name, on, orderBy } = request;
  if (orderBy !== undefined) checkField(orderBy);
  const events = read(eventsFile);
  const consumer: NewConsumer = {
    name,
    on,
    exchange: request.exchange ?? theExchange(Object.keys(app.exchanges)),
    table: request.table === undefined ? undefined : parseTable(request.table),
  };
  const appText = addConsumer(read(appFile), consumer);
  const changed = withOrderKey(events, on, orderBy);
  const declared = on.map((type) => declaredEvent(changed, type));
  const next = withConsumer(app, consumer);
  validateApplication(next);
  validateTopology(expandTopology(topologyOf(next), { vhost: environments[0]?.vhost ?? '/' }));
  const table = consumer.table && next.tables?.[consumer.table.name];
  const files = {
    name,
    events: declared,
    orderBy,
    table: consumer.table && table && { ...table, name: consumer.table.name },
  };
  const folder = `functions/${name}`;
  const added: Change[] = [
    { path: `${folder}/handler.ts`, text: handlerText(files), what: 'your business rule goes here' },
    { path: `test/${folder}/handler.test.ts`, text: testText(files), what: 'a test with the examples, which passes' },
  ];
  refuseExisting(root, [folder, `test/${folder}`]);
  const edits: Change[] = [
    { path: appFile, text: appText, what: `consumer ${name}${newTable(app.tables, consumer)}` },
    ...(changed.text === events.text
      ? []
      : [
          {
            path: eventsFile,
            text: changed.text,
            what: `field ${orderBy}, by which messages are ordered: publishers owe it from now on`,
          },
        ]),
  ];
  write(root, await formatted(root, [...edits, ...added]));
  return `Consumer ${name}:
${listed([...edits, ...added])}
Next: npm test -- --unit --testPathPatterns functions/${name}
      npm start; if it is running, it has the new consumer within seconds
Undo (also drops other uncommitted changes to these files): git restore ${edits.map(({ path }) => path).join(' ')} && git clean -fdq ${folder} test/${folder}`;
};

/** The events file with the field in each event that lacks it. */
const withOrderKey = (source: Source, on: readonly string[], orderBy: string | undefined): Source => {
  const lacking = on
    .map((type) => declaredEvent(source, type))
    .filter((event) => orderBy !== undefined && !hasField(event, orderBy));
  const edits = lacking.flatMap((event) => addField(source, event, orderBy ?? ''));
  return parseSource(source.path, edited(source.text, edits));
};

const theExchange = (exchanges: readonly string[]): string => {
  const found = exchanges.length === 1 ? exchanges[0] : exchanges.find((exchange) => exchange === 'events');
  if (found === undefined)
    throw new Refusal(
      `${appFile} has the exchanges ${exchanges.join(', ') || '(none)'}: name the one of the events with --exchange`,
    );
  return found;
};

const newTable = (tables: Project['app']['tables'], { table }: NewConsumer): string => {
  if (!table) return '';
  return tables?.[table.name] ? `, which writes to table ${table.name}` : ` and table ${table.name}`;
};
