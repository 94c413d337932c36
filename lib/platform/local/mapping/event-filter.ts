/**
 * Lambda's event filtering: exact values and the operators that its guide lists, on nested members, `$or`, and lists, of which one item must fit.
 * Numbers are compared by `numeric` only: elsewhere Lambda compares how they were written, which is gone when JSON is parsed.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html
 */
export type EventFilter = (record: unknown) => boolean;

/** A filter pattern that means something here which it would not mean on AWS, or nothing at all. */
export class EventFilterError extends Error {
  override readonly name = 'EventFilterError';
}

type Rule = (value: unknown) => boolean;

/**
 * A record passes when one of the patterns fits; without patterns every record does.
 * @param patterns JSON texts, the `Pattern`s of `FilterCriteria`
 * @throws EventFilterError
 */
export const eventFilter = (patterns: readonly string[]): EventFilter => {
  const filters = patterns.map((pattern) => {
    let parsed: unknown;
    try {
      parsed = JSON.parse(pattern);
    } catch (cause) {
      throw new EventFilterError(`filter pattern ${pattern} is not JSON`, { cause });
    }
    if (!isObject(parsed)) throw new EventFilterError(`filter pattern ${pattern} is not an object`);
    return objectFilter(parsed);
  });
  return (record) => filters.length === 0 || filters.some((filter) => filter(record));
};

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const objectFilter = (pattern: Record<string, unknown>): Rule => {
  const members = Object.entries(pattern).map(([name, expected]): Rule => {
    if (name === '$or') return alternatives(expected);
    const rule = Array.isArray(expected) ? anyOf(expected) : isObject(expected) ? objectFilter(expected) : undefined;
    if (!rule)
      throw new EventFilterError(`"${name}" of a filter pattern is ${JSON.stringify(expected)}; it takes a list`);
    return (value) => rule(isObject(value) ? value[name] : undefined);
  });
  const fits: Rule = (value) => members.every((member) => member(value));
  return (value) => (Array.isArray(value) ? value.some(fits) : fits(value));
};

const alternatives = (patterns: unknown): Rule => {
  if (!Array.isArray(patterns) || !patterns.every(isObject))
    throw new EventFilterError(`"$or" of a filter pattern is ${JSON.stringify(patterns)}; it takes a list of patterns`);
  const rules = patterns.map(objectFilter);
  return (value) => rules.some((rule) => rule(value));
};

const anyOf = (expected: readonly unknown[]): Rule => {
  const rules = expected.map(ruleOf);
  const fits: Rule = (value) => rules.some((rule) => rule(value));
  // An empty list is a value that is not there.
  return (value) => (Array.isArray(value) && value.length > 0 ? value.some(fits) : fits(value));
};

/** What comparing with a value, or `{ operator: argument }`, means for a member that is neither a list nor, for most, an object. */
const ruleOf = (expected: unknown): Rule => {
  if (typeof expected === 'number')
    throw new EventFilterError(`number ${expected} of a filter pattern is not supported on this machine; take numeric`);
  if (!isObject(expected)) return (value) => value === expected;
  const [[operator, argument] = ['', undefined], ...more] = Object.entries(expected);
  if (more.length === 0) {
    // Lambda looks at leaves only.
    if (operator === 'exists' && typeof argument === 'boolean')
      return (value) => (value !== undefined && !isObject(value) && !Array.isArray(value)) === argument;
    if (operator === 'prefix' && typeof argument === 'string')
      return (value) => typeof value === 'string' && value.startsWith(argument);
    if (operator === 'suffix' && typeof argument === 'string')
      return (value) => typeof value === 'string' && value.endsWith(argument);
    if (operator === 'equals-ignore-case' && typeof argument === 'string')
      return (value) => typeof value === 'string' && value.toLowerCase() === argument.toLowerCase();
    if (operator === 'numeric' && Array.isArray(argument)) return numeric(argument);
    if (operator === 'anything-but' && !isObject(argument)) {
      const excluded = [argument].flat();
      return (value) => value !== undefined && !excluded.includes(value);
    }
  }
  throw new EventFilterError(`${JSON.stringify(expected)} of a filter pattern is not supported on this machine`);
};

const comparisons: Readonly<Record<string, (value: number, bound: number) => boolean>> = {
  '>': (value, bound) => value > bound,
  '>=': (value, bound) => value >= bound,
  '<': (value, bound) => value < bound,
  '<=': (value, bound) => value <= bound,
};

/** `['>', 0, '<=', 100]`. */
const numeric = (parts: readonly unknown[]): Rule => {
  const rules = Array.from({ length: Math.ceil(parts.length / 2) }, (_, index) => {
    const [operator, bound] = parts.slice(index * 2, index * 2 + 2);
    const compare = comparisons[String(operator)];
    if (!compare || typeof bound !== 'number')
      throw new EventFilterError(
        `numeric ${JSON.stringify(parts)} of a filter pattern is not supported on this machine`,
      );
    return (value: number) => compare(value, bound);
  });
  return (value) => typeof value === 'number' && rules.every((rule) => rule(value));
};
