type OneOrMany<Value> = Value | readonly Value[];

/** A statement of an identity policy, as in a template whose intrinsic functions have been resolved. */
export interface PolicyStatement {
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Action?: OneOrMany<string>;
  readonly NotAction?: OneOrMany<string>;
  readonly Resource?: OneOrMany<string>;
  readonly NotResource?: OneOrMany<string>;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, OneOrMany<string | boolean | number>>>>>;
}

/** A policy uses something that the local evaluation does not know, so that neither yes nor no would be the truth. */
export class UnsupportedPolicyError extends Error {
  override readonly name = 'UnsupportedPolicyError';
}

const members = new Set(['Sid', 'Effect', 'Action', 'NotAction', 'Resource', 'NotResource', 'Condition']);

/** Strings of a member that may be one or many. */
export const listOf = <Value>(value: OneOrMany<Value> | undefined): readonly Value[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value as Value];

/** @throws UnsupportedPolicyError naming the statement and what is wrong with it. */
export const checkStatement = (statement: PolicyStatement): void => {
  const name = statement.Sid ?? JSON.stringify(statement).slice(0, 200);
  for (const member of Object.keys(statement))
    if (!members.has(member)) throw new UnsupportedPolicyError(`${member} is not supported in statement ${name}`);
  if (statement.Effect !== 'Allow' && statement.Effect !== 'Deny')
    throw new UnsupportedPolicyError(`Effect is ${String(statement.Effect)} in statement ${name}; Allow or Deny`);
  for (const pair of [
    ['Action', 'NotAction'],
    ['Resource', 'NotResource'],
  ] as const) {
    const given = pair.filter((member) => statement[member] !== undefined);
    if (given.length !== 1)
      throw new UnsupportedPolicyError(`statement ${name} must have one of ${pair.join(' and ')}, not ${given.length}`);
    for (const value of listOf(statement[pair[0]] ?? statement[pair[1]])) {
      if (typeof value !== 'string')
        throw new UnsupportedPolicyError(`${given[0]} ${JSON.stringify(value)} in statement ${name} is not resolved`);
      if (value.includes('${'))
        throw new UnsupportedPolicyError(`policy variable in "${value}" is not supported in statement ${name}`);
    }
  }
};
