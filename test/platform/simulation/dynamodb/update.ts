import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Item } from './attribute.ts';
import { attributeName, type Bindings, type Operand, operand } from './condition.ts';
import { ExpressionReader } from './expression-reader.ts';

type Change = (changed: Record<string, AttributeValue>, before: Item, bindings: Bindings) => void;

/** The item after an update; expressions see it as it was before. */
export type Update = (before: Item, bindings: Bindings) => Item;

const known = new Map<string, Update>();

/** An update expression, compiled once. */
export const update = (text: string): Update => {
  const compiled = known.get(text) ?? compile(text);
  known.set(text, compiled);
  return compiled;
};

function compile(text: string): Update {
  const reader = new ExpressionReader(text);
  const changes: Change[] = [];
  while (reader.next !== undefined) {
    const clause = reader.take().toUpperCase();
    do changes.push(change(clause, reader));
    while (reader.accept(','));
  }
  return (before, bindings) => {
    const changed = { ...before };
    for (const apply of changes) apply(changed, before, bindings);
    return changed;
  };
}

function change(clause: string, reader: ExpressionReader): Change {
  const token = reader.take();
  if (clause === 'REMOVE')
    return (changed, _, { names }) => {
      delete changed[attributeName(token, names)];
    };
  if (clause === 'ADD') {
    const amount = operand(reader);
    return (changed, before, bindings) => {
      const name = attributeName(token, bindings.names);
      const added = amount(before, bindings);
      changed[name] = added?.SS ? union(before[name], added.SS) : sum(before[name] ?? { N: '0' }, added, 1);
    };
  }
  if (clause !== 'SET') throw new SyntaxError(`${clause} is no clause that is modelled`);
  reader.expect('=');
  const value = assignedValue(reader);
  return (changed, before, bindings) => {
    const set = value(before, bindings);
    if (set === undefined) throw new SyntaxError(`${token} is set to an attribute that the item does not have`);
    changed[attributeName(token, bindings.names)] = set;
  };
}

function assignedValue(reader: ExpressionReader): Operand {
  const left = term(reader);
  const sign = reader.accept('+') ? 1 : reader.accept('-') ? -1 : 0;
  if (sign === 0) return left;
  const right = term(reader);
  return (item, bindings) => sum(left(item, bindings), right(item, bindings), sign);
}

function term(reader: ExpressionReader): Operand {
  if (!reader.accept('if_not_exists')) return operand(reader);
  reader.expect('(');
  const present = operand(reader);
  reader.expect(',');
  const otherwise = operand(reader);
  reader.expect(')');
  return (item, bindings) => present(item, bindings) ?? otherwise(item, bindings);
}

const sum = (one: AttributeValue | undefined, other: AttributeValue | undefined, sign: 1 | -1): AttributeValue => ({
  N: String(Number(one?.N) + sign * Number(other?.N)),
});

const union = (set: AttributeValue | undefined, more: readonly string[]): AttributeValue => ({
  SS: [...new Set([...(set?.SS ?? []), ...more])],
});
