import { memberNamed, type ObjectLiteral, type Source, type Statement } from './source.ts';

/** Text in place of what is between two indexes. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Several edits that do not overlap. At one place, the first one's text comes first. */
export const edited = (text: string, edits: readonly Edit[]): string =>
  edits
    .toReversed()
    .toSorted((one, other) => other.start - one.start)
    .reduce((result, edit) => result.slice(0, edit.start) + edit.text + result.slice(edit.end), text);

/** Adds `name: value` at the end of an object. The formatter puts it in order. */
export const addMember = ({ text }: Source, object: ObjectLiteral, member: string): Edit[] => {
  const end = object.members.at(-1)?.end;
  const isOpen = end !== undefined && commaBehind(text, end) === undefined;
  return [
    ...(isOpen ? [{ start: end, end, text: ',' }] : []),
    { start: object.end, end: object.end, text: `${object.members.length === 0 ? '\n' : ''}${member},\n` },
  ];
};

/** Takes a member out, with the comments before it and behind it. */
export const removeMember = ({ text }: Source, object: ObjectLiteral, name: string): Edit[] => {
  const member = memberNamed(object, name);
  if (!member) return [];
  const before = object.members[object.members.indexOf(member) - 1];
  return [
    { start: before ? behindMember(text, before.end) : object.start, end: behindMember(text, member.end), text: '' },
  ];
};

/** Adds statements before another one and its comments. */
export const addBefore = ({ text, statements }: Source, statement: Statement, added: string): Edit => {
  const before = statements[statements.indexOf(statement) - 1];
  const start = before ? endOfLine(text, before.end) : 0;
  return { start, end: start, text: `\n\n${added}\n` };
};

/** Takes a statement out, with the comments before it and behind it. */
export const removeStatement = ({ text, statements }: Source, statement: Statement): Edit => {
  const before = statements[statements.indexOf(statement) - 1];
  return { start: before ? endOfLine(text, before.end) : 0, end: endOfLine(text, statement.end), text: '' };
};

const trivia = /(?:\s|\/\*[\s\S]*?\*\/|\/\/[^\n]*)*/y;

/** Index behind the comma that follows, after spaces and comments. */
const commaBehind = (text: string, from: number): number | undefined => {
  trivia.lastIndex = from;
  const comma = from + (trivia.exec(text)?.[0].length ?? 0);
  return text[comma] === ',' ? comma + 1 : undefined;
};

const behindMember = (text: string, end: number): number => endOfLine(text, commaBehind(text, end) ?? end);

/** Behind a comment in the rest of the line; where there is something else, right here. */
const endOfLine = (text: string, from: number): number => {
  const rest = /[ \t]*(?:\/\/[^\n]*)?(?=\n|$)/y;
  rest.lastIndex = from;
  return from + (rest.exec(text)?.[0].length ?? 0);
};
