import { addBefore, addMember, edited } from '../source/edit.ts';
import { importLines } from '../source/import-lines.ts';
import { Refusal } from '../source/refusal.ts';
import { memberNamed, objectAt, type Source } from '../source/source.ts';
import { camelCase, checkEventType, pascalCase } from './names.ts';

export interface AddedEvent {
  readonly text: string;
  /** Constant of the schema. */
  readonly schema: string;
}

/**
 * Adds an event to the text of `functions/events.ts`: a schema, its type and an entry with an example.
 *
 * @throws Refusal for a type that is no type, or that is there already
 */
export const addEvent = (source: Source, type: string): AddedEvent => {
  checkEventType(type);
  const events = objectAt(source, 'events');
  if (memberNamed(events, type)) throw new Refusal(`${source.path} has the event '${type}' already`);
  const statement = source.statements.find(({ names, from }) => from === undefined && names.includes('events'));
  if (!statement) throw new Refusal(`${source.path} has no constant 'events'`);
  const schema = freeName(source, type);
  const typeName = schema.charAt(0).toUpperCase() + schema.slice(1);
  const [first = ''] = type.split('.');
  const id = type.includes('.') ? `${camelCase(first)}Id` : 'id';
  const example = `{ type: '${type}', ${id}: '${camelCase(first)}-1' }`;
  const declaration = `export const ${schema} = z.object({
  type: z.literal('${type}'),
  ${id}: z.string().check(z.minLength(1)),
});

export type ${typeName} = z.infer<typeof ${schema}>;`;
  const text = edited(source.text, [
    ...missingImports(source).map((line) => ({ start: 0, end: 0, text: `${line}\n` })),
    addBefore(source, statement, declaration),
    ...addMember(source, events, `'${type}': event({ schema: ${schema}, example: ${example} })`),
  ]);
  return { text, schema };
};

const missingImports = ({ statements }: Source): string[] => {
  const has = (from: string, name: string): boolean =>
    statements.some((statement) => statement.from === from && statement.names.includes(name));
  return [
    ...(has('zod/mini', 'z') || has('zod', 'z') ? [] : [importLines({ 'zod/mini': '* as z' })]),
    ...(has('#events', 'event') ? [] : [importLines({ '#events': '{ event }' })]),
  ];
};

/** A word alone could be a keyword, or one of the file's own names. */
const freeName = ({ path, statements }: Source, type: string): string => {
  const taken = new Set(statements.flatMap(({ names }) => names));
  const isFree = (name: string): boolean => !taken.has(name) && !taken.has(pascalCase(name));
  const name = camelCase(type);
  const candidates = pascalCase(type) === pascalCase(type.split(/[^A-Za-z0-9]/)[0] ?? '') ? [] : [name];
  const found = [...candidates, `${name}Event`].find(isFree);
  if (found === undefined)
    throw new Refusal(`${path} declares ${name} and ${name}Event already: take another type, or rename one`);
  return found;
};
