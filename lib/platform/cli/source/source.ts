import { type Expression, type ModuleItem, type ObjectExpression, parseSync } from '@swc/core';
import { Refusal } from './refusal.ts';

/** A TypeScript file and its syntax tree. All positions are indexes into its text. */
export interface Source {
  /** From the project's folder. */
  readonly path: string;
  readonly text: string;
  readonly statements: readonly Statement[];
  /** Index of one of the parser's positions. */
  readonly indexOf: (position: number) => number;
}

/** Without the comments before it. */
export interface Statement {
  readonly start: number;
  readonly end: number;
  /** What it declares or imports. */
  readonly names: readonly string[];
  /** Of the module that it imports. */
  readonly from: string | undefined;
  readonly item: ModuleItem;
}

export interface ObjectLiteral {
  /** Behind the opening brace. */
  readonly start: number;
  /** Before the closing one. */
  readonly end: number;
  readonly members: readonly Member[];
}

export interface Member {
  /** Absent for what is spread or computed. */
  readonly name: string | undefined;
  readonly value: Expression | undefined;
  readonly start: number;
  /** Before the comma. */
  readonly end: number;
}

/** @throws Refusal for text that is not TypeScript */
export const parseSource = (path: string, text: string): Source => {
  const bytes = Buffer.from(text);
  // The parser counts bytes of UTF-8, from 1.
  const indexOf = (position: number): number => bytes.subarray(0, position - 1).toString().length;
  try {
    const { body } = parseSync(text, { syntax: 'typescript', target: 'es2024' });
    return { path, text, indexOf, statements: body.map((item) => statementOf(item, indexOf)) };
  } catch (error) {
    throw new Refusal(`${path} is not TypeScript that can be parsed; npm run lint says where`, { cause: error });
  }
};

const statementOf = (item: ModuleItem, indexOf: Source['indexOf']): Statement => ({
  item,
  start: indexOf(item.span.start),
  end: indexOf(item.span.end),
  names: namesOf(item),
  from: item.type === 'ImportDeclaration' ? item.source.value : undefined,
});

const namesOf = (item: ModuleItem): string[] => {
  switch (item.type) {
    case 'ImportDeclaration':
      return item.specifiers.map(({ local }) => local.value);
    case 'ExportDeclaration':
      return namesOf(item.declaration);
    case 'VariableDeclaration':
      return item.declarations.flatMap(({ id }) => (id.type === 'Identifier' ? [id.value] : []));
    case 'FunctionDeclaration':
    case 'ClassDeclaration':
      return [item.identifier.value];
    case 'TsTypeAliasDeclaration':
    case 'TsInterfaceDeclaration':
      return [item.id.value];
    default:
      return [];
  }
};

/** What a constant of the file is set to. */
export const initialValue = ({ statements }: Source, name: string): Expression | undefined => {
  for (const { item } of statements) {
    const declaration = item.type === 'ExportDeclaration' ? item.declaration : item;
    if (declaration.type !== 'VariableDeclaration') continue;
    const found = declaration.declarations.find(({ id }) => id.type === 'Identifier' && id.value === name);
    if (found?.init) return found.init;
  }
  return undefined;
};

/** The literal itself, or that which is the first argument of a call: `application({ … })`, `z.object({ … })`. */
export const objectIn = (source: Source, expression: Expression | undefined): ObjectLiteral | undefined => {
  switch (expression?.type) {
    case 'TsAsExpression':
    case 'TsSatisfiesExpression':
    case 'TsConstAssertion':
    case 'ParenthesisExpression':
      return objectIn(source, expression.expression);
    case 'CallExpression':
      return expression.arguments[0]?.spread ? undefined : objectIn(source, expression.arguments[0]?.expression);
    case 'ObjectExpression':
      return {
        start: source.indexOf(expression.span.start) + 1,
        end: source.indexOf(expression.span.end) - 1,
        members: expression.properties.map((property) => memberOf(source, property)),
      };
    default:
      return undefined;
  }
};

const memberOf = ({ indexOf }: Source, property: ObjectExpression['properties'][number]): Member => {
  switch (property.type) {
    case 'KeyValueProperty':
      return {
        name: property.key.type === 'Computed' ? undefined : String(property.key.value),
        value: property.value,
        start: indexOf(property.key.span.start),
        end: indexOf(spanOf(property.value).end),
      };
    case 'Identifier':
      return {
        name: property.value,
        value: property,
        start: indexOf(property.span.start),
        end: indexOf(property.span.end),
      };
    case 'SpreadElement':
      return {
        name: undefined,
        value: undefined,
        start: indexOf(property.spread.start),
        end: indexOf(spanOf(property.arguments).end),
      };
    default: {
      const { start, end } = spanOf(property);
      return { name: undefined, value: undefined, start: indexOf(start), end: indexOf(end) };
    }
  }
};

/** All of these have one; the parser's types leave it out here and there. */
const spanOf = (node: object): { readonly start: number; readonly end: number } =>
  (node as { readonly span: { readonly start: number; readonly end: number } }).span;

export const memberNamed = ({ members }: ObjectLiteral, name: string): Member | undefined =>
  members.find((member) => member.name === name);

export const namesIn = ({ members }: ObjectLiteral): string[] =>
  members.flatMap(({ name }) => (name === undefined ? [] : [name]));

/**
 * The object literal under a constant's name, such as `app`, `consumers`.
 *
 * @throws Refusal where there is something else
 */
export const objectAt = (source: Source, constant: string, ...path: readonly string[]): ObjectLiteral => {
  let found = objectIn(source, initialValue(source, constant));
  for (const name of path) found = found && objectIn(source, memberNamed(found, name)?.value);
  if (found) return found;
  throw new Refusal(
    `${source.path}: ${[constant, ...path].join('.')} is not an object that is written out there ({ … }), so it can't be edited by this command: do it by hand`,
  );
};
