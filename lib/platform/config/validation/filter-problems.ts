import type { Problem } from '../limits.ts';
import { type BodyPattern, filterPattern, type MessageFilter } from '../message-filter.ts';

/** More than five take a quota increase (AWS: "Control which events Lambda sends to your function"). */
const mostPatterns = 5;
/** Length of `Pattern` in `AWS::Lambda::EventSourceMapping`. */
const longestPattern = 4096;

const operators = ['equals-ignore-case', 'prefix', 'suffix', 'anything-but', 'numeric', 'exists'];

/** What is wrong with a filter: what Lambda refuses, and what it takes and then deletes messages by that were meant. */
export const filterProblems = (path: string, filter: MessageFilter): readonly Problem[] => [
  ...(filter.unmatched === 'deleted'
    ? []
    : [`${path}.unmatched is ${JSON.stringify(filter.unmatched)}; say 'deleted': the mapping acknowledges them`]),
  ...(filter.patterns.length >= 1 && filter.patterns.length <= mostPatterns
    ? []
    : [`${path}.patterns has ${filter.patterns.length} items; Lambda takes 1 to ${mostPatterns}`]),
  ...filter.patterns.flatMap((pattern, index) => {
    const at = `${path}.patterns[${index}]`;
    const { length } = filterPattern(pattern);
    return [
      ...(length > longestPattern ? [`${at} has ${length} characters; Lambda takes at most ${longestPattern}`] : []),
      ...patternProblems(at, pattern),
    ];
  }),
];

const patternProblems = (at: string, pattern: unknown): readonly Problem[] => {
  if (typeof pattern !== 'object' || pattern === null || Array.isArray(pattern))
    return [`${at} is ${JSON.stringify(pattern)}; a pattern is an object of fields`];
  const fields = Object.entries(pattern as BodyPattern);
  if (fields.length === 0) return [`${at} is empty; name the fields that decide`];
  return fields.flatMap(([field, rule]): readonly Problem[] => {
    const name = `${at}.${field}`;
    if (field === '$or')
      return Array.isArray(rule)
        ? rule.flatMap((each, index) => patternProblems(`${name}[${index}]`, each))
        : [`${name} must be a list of patterns`];
    if (!Array.isArray(rule)) return patternProblems(name, rule);
    if (rule.length === 0) return [`${name} is an empty list; no message could match, all would be deleted`];
    return rule.flatMap((value) => valueProblems(name, value));
  });
};

const valueProblems = (name: string, value: unknown): readonly Problem[] => {
  if (typeof value === 'number')
    return [
      `${name} is compared with the number ${value}; Lambda compares its text, so that a message with ${value}.0 would be deleted: take { numeric: ['>=', ${value}, '<=', ${value}] }`,
    ];
  if (typeof value !== 'object' || value === null) return [];
  const [operator = '', ...others] = Object.keys(value);
  if (others.length > 0) return [`${name} combines ${operator} with ${others.join(', ')}; one operator a value`];
  const operand = (value as Record<string, unknown>)[operator];
  if (!operators.includes(operator))
    return [
      `${name} uses ${operator || 'no operator'}; Lambda documents ${operators.join(', ')}, and what it does not understand matches no message`,
    ];
  if (operator === 'exists' && operand !== false)
    return [
      `${name} uses exists: true; where the field holds an object or a list Lambda finds nothing and deletes the message: compare a field inside it`,
    ];
  if (operator === 'numeric') return numericProblems(name, operand);
  if (operator === 'anything-but')
    return Array.isArray(operand) && operand.length > 0
      ? []
      : [`${name}.anything-but must be a list of texts or numbers`];
  return typeof operand === 'string' || operator === 'exists'
    ? []
    : [`${name}.${operator} is ${JSON.stringify(operand)}; it must be a text`];
};

/** `['=', n]`, `['>', n]` or `['>', n, '<=', m]`; `=` compares texts, as a bare number does. */
const numericProblems = (name: string, operand: unknown): readonly Problem[] => {
  const parts: readonly unknown[] = Array.isArray(operand) ? operand : [];
  const comparisons = parts.filter((_, index) => index % 2 === 0);
  const bounds = parts.filter((_, index) => index % 2 === 1);
  const understood =
    (parts.length === 2 || parts.length === 4) &&
    comparisons.every((comparison) => ['>', '>=', '<', '<='].includes(String(comparison))) &&
    bounds.every((bound) => typeof bound === 'number');
  return understood
    ? []
    : [`${name}.numeric is ${JSON.stringify(operand)}; take one or two of '>', '>=', '<', '<=', each with a number`];
};
