import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { compare, equal, type Item, partsOf, type Values } from './attribute.ts';
import { ExpressionReader } from './expression-reader.ts';

export interface Bindings {
  readonly names: Readonly<Record<string, string>>;
  readonly values: Values;
}

export type Condition = (item: Item | undefined, bindings: Bindings) => boolean;
export type Operand = (item: Item | undefined, bindings: Bindings) => AttributeValue | undefined;

const known = new Map<string, Condition>();

/** A condition or key condition, compiled once. Top-level attributes only: nothing here keeps state in documents. */
export const condition = (text: string): Condition => {
  const compiled = known.get(text) ?? compile(text);
  known.set(text, compiled);
  return compiled;
};

function compile(text: string): Condition {
  const reader = new ExpressionReader(text);
  const compiled = either(reader);
  reader.end();
  return compiled;
}

function either(reader: ExpressionReader): Condition {
  const alternatives = [all(reader)];
  while (reader.accept('OR')) alternatives.push(all(reader));
  return (item, bindings) => alternatives.some((alternative) => alternative(item, bindings));
}

function all(reader: ExpressionReader): Condition {
  const parts = [negated(reader)];
  while (reader.accept('AND')) parts.push(negated(reader));
  return (item, bindings) => parts.every((part) => part(item, bindings));
}

function negated(reader: ExpressionReader): Condition {
  if (!reader.accept('NOT')) return primary(reader);
  const inner = negated(reader);
  return (item, bindings) => !inner(item, bindings);
}

function primary(reader: ExpressionReader): Condition {
  if (reader.accept('(')) {
    const inner = either(reader);
    reader.expect(')');
    return inner;
  }
  const name = reader.next;
  if (name === 'attribute_exists' || name === 'attribute_not_exists') {
    reader.take();
    const [path] = operands(reader);
    const wanted = name === 'attribute_exists';
    return (item, bindings) => (path?.(item, bindings) !== undefined) === wanted;
  }
  if (name === 'begins_with') {
    reader.take();
    const [path, prefix] = operands(reader);
    return (item, bindings) => textOf(path?.(item, bindings)).startsWith(textOf(prefix?.(item, bindings)));
  }
  return comparison(reader);
}

const textOf = (value: AttributeValue | undefined): string => (value === undefined ? '' : String(partsOf(value)[1]));

function comparison(reader: ExpressionReader): Condition {
  const left = operand(reader);
  const sign = reader.take();
  if (sign.toUpperCase() === 'BETWEEN') {
    const low = operand(reader);
    reader.expect('AND');
    const high = operand(reader);
    return (item, bindings) => {
      const value = left(item, bindings);
      return (compare(value, low(item, bindings)) ?? -1) >= 0 && (compare(value, high(item, bindings)) ?? 1) <= 0;
    };
  }
  if (sign.toUpperCase() === 'IN') {
    const choices = operands(reader);
    return (item, bindings) => choices.some((choice) => equal(left(item, bindings), choice(item, bindings)));
  }
  const right = operand(reader);
  const holds = signs[sign];
  if (!holds) throw new SyntaxError(`${sign} is no comparison that is modelled`);
  return (item, bindings) => holds(left(item, bindings), right(item, bindings));
}

type Comparison = (one: AttributeValue | undefined, other: AttributeValue | undefined) => boolean;

const ordered =
  (holds: (order: number) => boolean): Comparison =>
  (one, other) => {
    const order = compare(one, other);
    return order !== undefined && holds(order);
  };

const signs: Readonly<Record<string, Comparison>> = {
  '=': equal,
  '<>': (one, other) => !equal(one, other),
  '<': ordered((order) => order < 0),
  '<=': ordered((order) => order <= 0),
  '>': ordered((order) => order > 0),
  '>=': ordered((order) => order >= 0),
};

function operands(reader: ExpressionReader): Operand[] {
  reader.expect('(');
  const found = [operand(reader)];
  while (reader.accept(',')) found.push(operand(reader));
  reader.expect(')');
  return found;
}

/** An attribute or a value. */
export function operand(reader: ExpressionReader): Operand {
  const token = reader.take();
  if (token.startsWith(':')) return (_, { values }) => values[token] ?? missing(token);
  return (item, { names }) => item?.[attributeName(token, names)];
}

export const attributeName = (token: string, names: Readonly<Record<string, string>>): string =>
  token.startsWith('#') ? (names[token] ?? missing(token)) : token;

const missing = (token: string): never => {
  throw new SyntaxError(`${token} is not given`);
};
