/**
 * Lambda's event filtering, as far as it is supported here: exact values, `exists`, `prefix` and `anything-but` on nested members.
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
    const rule = Array.isArray(expected) ? anyOf(expected) : isObject(expected) ? objectFilter(expected) : undefined;
    if (!rule)
      throw new EventFilterError(`"${name}" of a filter pattern is ${JSON.stringify(expected)}; it takes a list`);
    return (value) => rule(isObject(value) ? value[name] : undefined);
  });
  return (value) => members.every((member) => member(value));
};

const anyOf = (expected: readonly unknown[]): Rule => {
  const rules = expected.map(ruleOf);
  return (value) => rules.some((rule) => rule(value));
};

const ruleOf = (expected: unknown): Rule => {
  if (!isObject(expected)) return (value) => value === expected;
  const [[operator, argument] = ['', undefined], ...more] = Object.entries(expected);
  if (more.length === 0) {
    if (operator === 'exists' && typeof argument === 'boolean') return (value) => (value !== undefined) === argument;
    if (operator === 'prefix' && typeof argument === 'string')
      return (value) => typeof value === 'string' && value.startsWith(argument);
    if (operator === 'anything-but' && !isObject(argument)) {
      const excluded = [argument].flat();
      return (value) => value !== undefined && !excluded.includes(value);
    }
  }
  throw new EventFilterError(`${JSON.stringify(expected)} of a filter pattern is not supported on this machine`);
};
