import { listOf, type PolicyStatement, UnsupportedPolicyError } from './policy-statement.ts';
import { matchesWildcard } from './wildcard.ts';

/**
 * Condition keys that the caller knows about, with their values. A key that is there with `undefined` is known to be
 * absent from the request; a key that is not there at all is not known, and a condition on it an error.
 */
export type RequestContext = Readonly<Record<string, string | readonly string[] | undefined>>;

type Compare = (actual: string, expected: string) => boolean;

const equal: Compare = (actual, expected) => actual === expected;
const like: Compare = (actual, expected) => matchesWildcard(expected, actual);
const equalIgnoringCase: Compare = (actual, expected) => actual.toLowerCase() === expected.toLowerCase();
/** Each of the six parts of an ARN on its own, so that a `*` does not reach beyond a colon. */
const arnLike: Compare = (actual, expected) => {
  const [actualParts, expectedParts] = [actual, expected].map((arn) => {
    const parts = arn.split(':');
    return [...parts.slice(0, 5), parts.slice(5).join(':')];
  });
  return expectedParts?.every((part, index) => matchesWildcard(part, actualParts?.[index] ?? '')) ?? false;
};

const operators: Readonly<Record<string, { readonly compare: Compare; readonly negated?: boolean }>> = {
  StringEquals: { compare: equal },
  StringNotEquals: { compare: equal, negated: true },
  StringEqualsIgnoreCase: { compare: equalIgnoringCase },
  StringNotEqualsIgnoreCase: { compare: equalIgnoringCase, negated: true },
  StringLike: { compare: like },
  StringNotLike: { compare: like, negated: true },
  ArnEquals: { compare: arnLike },
  ArnNotEquals: { compare: arnLike, negated: true },
  ArnLike: { compare: arnLike },
  ArnNotLike: { compare: arnLike, negated: true },
  Bool: { compare: equalIgnoringCase },
};

const contextValue = (context: RequestContext, key: string): readonly string[] | undefined => {
  const known = Object.keys(context).find((name) => name.toLowerCase() === key.toLowerCase());
  if (known === undefined) throw new UnsupportedPolicyError(`condition key ${key} is not supported here`);
  const value = context[known];
  return value === undefined ? undefined : listOf<string>(value);
};

const holds = (operator: string, actual: readonly string[] | undefined, expected: readonly string[]): boolean => {
  if (operator === 'Null') return expected.some((value) => (value === 'true') === (actual === undefined));
  const [, quantifier, name = '', ifExists] =
    /^(?:(ForAllValues|ForAnyValue):)?([A-Za-z]+?)(IfExists)?$/.exec(operator) ?? [];
  const known = Object.hasOwn(operators, name) ? operators[name] : undefined;
  if (!known) throw new UnsupportedPolicyError(`condition operator ${operator} is not supported here`);
  const { compare, negated = false } = known;
  if (actual === undefined) return ifExists !== undefined || quantifier === 'ForAllValues' || negated;
  const one = (value: string): boolean => expected.some((wanted) => compare(value, wanted)) !== negated;
  // Without a quantifier IAM compares single values; one that matches is enough, and a negation must hold for all.
  return quantifier === 'ForAllValues' || (quantifier === undefined && negated) ? actual.every(one) : actual.some(one);
};

/**
 * Whether all conditions of a statement hold.
 * @throws UnsupportedPolicyError naming the operator or key that is not known; also when another condition fails anyway.
 */
export const conditionHolds = (condition: PolicyStatement['Condition'], context: RequestContext): boolean => {
  let all = true;
  for (const [operator, keys] of Object.entries(condition ?? {}))
    for (const [key, expected] of Object.entries(keys))
      if (!holds(operator, contextValue(context, key), listOf(expected).map(String))) all = false;
  return all;
};
