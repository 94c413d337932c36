import type { Application } from '../../declaration/application.ts';
import { addMember, type Edit, edited } from '../source/edit.ts';
import { Refusal } from '../source/refusal.ts';
import { memberNamed, namesIn, objectAt, type Source } from '../source/source.ts';
import { checkConsumerName, type TableKey } from './names.ts';

export interface NewConsumer {
  readonly name: string;
  /** Types of events. */
  readonly on: readonly string[];
  readonly exchange: string;
  readonly table: TableKey | undefined;
}

const action = 'PutItem';

/**
 * Adds a consumer, and its table where that is new, to the text of `lib/app.ts`.
 *
 * @throws Refusal for a name that is none or is taken, and for a table that is not as it is declared
 */
export const addConsumer = (source: Source, { name, on, exchange, table }: NewConsumer): string => {
  checkConsumerName(name);
  const consumers = objectAt(source, 'app', 'consumers');
  if (memberNamed(consumers, name)) throw new Refusal(`${source.path} has the consumer '${name}' already`);
  const types = on.map((type) => `'${type}'`).join(', ');
  const tables = table ? `\ntables: { ${table.name}: ['${action}'] },` : '';
  const member = `${quoted(name)}: {\non: { ${quoted(exchange)}: [${types}] },${tables}\n}`;
  return edited(source.text, [...addMember(source, consumers, member), ...(table ? addTable(source, table) : [])]);
};

const addTable = (source: Source, { name, partitionKey }: TableKey): Edit[] => {
  const app = objectAt(source, 'app');
  const declared = memberNamed(app, 'tables') && objectAt(source, 'app', 'tables');
  if (declared && memberNamed(declared, name)) {
    const key = memberNamed(objectAt(source, 'app', 'tables', name), 'partitionKey')?.value;
    if (partitionKey !== undefined && key?.type === 'StringLiteral' && key.value !== partitionKey)
      throw new Refusal(`${source.path}: table ${name} has the partition key '${key.value}', not '${partitionKey}'`);
    return [];
  }
  if (partitionKey === undefined)
    throw new Refusal(
      `${source.path} has no table ${name} (it has: ${(declared && namesIn(declared).join(', ')) || 'none'}); for a new one, say its partition key: --table ${name}:${name.charAt(0).toLowerCase()}${name.slice(1).replace(/s$/, '')}Id`,
    );
  const member = `${name}: { partitionKey: '${partitionKey}' }`;
  return declared ? addMember(source, declared, member) : addMember(source, app, `tables: {\n${member},\n}`);
};

/** The application with it, to be validated. */
export const withConsumer = (app: Application, { name, on, exchange, table }: NewConsumer): Application => ({
  ...app,
  tables: {
    ...app.tables,
    ...(table?.partitionKey !== undefined &&
      !app.tables?.[table.name] && { [table.name]: { partitionKey: table.partitionKey } }),
  },
  consumers: {
    ...app.consumers,
    [name]: { on: { [exchange]: on }, ...(table && { tables: { [table.name]: [action] } }) },
  },
});

const quoted = (name: string): string => (/^[A-Za-z_$][A-Za-z0-9_$]*$/.test(name) ? name : `'${name}'`);
