import type { Expression } from '@swc/core';
import { addMember, type Edit } from '../source/edit.ts';
import { Refusal } from '../source/refusal.ts';
import {
  initialValue,
  memberNamed,
  namesIn,
  type ObjectLiteral,
  objectAt,
  objectIn,
  type Source,
} from '../source/source.ts';

export const eventsFile = 'functions/events.ts';

/** An event as `functions/events.ts` has it. */
export interface DeclaredEvent {
  readonly type: string;
  /** TypeScript for its schema; an identifier is to be imported from there. */
  readonly schema: { readonly identifier: string } | { readonly expression: string };
  readonly example: ObjectLiteral | undefined;
  /** The fields of a schema that is one z.object({ … }). */
  readonly shape: ObjectLiteral | undefined;
}

/** @throws Refusal for a type that is not there; the message names those that are */
export const declaredEvent = (source: Source, type: string): DeclaredEvent => {
  const events = objectAt(source, 'events');
  const member = memberNamed(events, type);
  if (!member) {
    const known = namesIn(events).join(', ') || 'none';
    throw new Refusal(`${source.path} has no event '${type}' (it has: ${known}); npm run new -- event ${type} adds it`);
  }
  const declaration = objectIn(source, member.value);
  const schema = declaration && memberNamed(declaration, 'schema')?.value;
  const identifier = schema?.type === 'Identifier' ? schema.value : undefined;
  return {
    type,
    schema: identifier === undefined ? { expression: `events['${type}'].schema` } : { identifier },
    example: declaration && objectIn(source, memberNamed(declaration, 'example')?.value),
    shape: shapeOf(source, identifier === undefined ? schema : initialValue(source, identifier)),
  };
};

const objectSchemas = ['object', 'strictObject', 'looseObject'];

const shapeOf = (source: Source, schema: Expression | undefined): ObjectLiteral | undefined => {
  const callee = schema?.type === 'CallExpression' ? schema.callee : undefined;
  const isObject =
    callee?.type === 'MemberExpression' &&
    callee.property.type === 'Identifier' &&
    objectSchemas.includes(callee.property.value);
  return isObject ? objectIn(source, schema) : undefined;
};

/** Whether the example has text in this field. */
export const isText = ({ example }: DeclaredEvent, field: string): boolean =>
  example !== undefined && memberNamed(example, field)?.value?.type === 'StringLiteral';

export const hasField = ({ example }: DeclaredEvent, field: string): boolean =>
  example !== undefined && memberNamed(example, field) !== undefined;

/**
 * Adds a field with text to the schema and the example of an event.
 *
 * @throws Refusal for a schema or an example that is not written out
 */
export const addField = (source: Source, event: DeclaredEvent, field: string): Edit[] => {
  const { type, shape, example } = event;
  if (!shape || !example)
    throw new Refusal(
      `${source.path}: event '${type}' has no field '${field}' in its example: add it there and to the schema`,
    );
  const inSchema = memberNamed(shape, field)
    ? []
    : addMember(source, shape, `${field}: z.string().check(z.minLength(1))`);
  return [...inSchema, ...addMember(source, example, `${field}: '${field.replace(/Id$/, '')}-1'`)];
};
