/** Says of one value what it is called, what it is and what it may be. */
export type Problem = string;

interface Range {
  readonly least: number;
  readonly most: number;
  /** Who sets the limit, as the start of `… at most 10000`: `Lambda takes`. */
  readonly limit: string;
}

/** No problem when `value` is a whole number within the range. */
export const wholeNumber = (property: string, value: number, { least, most, limit }: Range): readonly Problem[] => {
  if (!Number.isInteger(value)) {
    return [`${property} is ${value}; it must be a whole number`];
  }
  if (value < least) {
    return [`${property} is ${value}; ${limit} at least ${least}`];
  }
  return value > most ? [`${property} is ${value}; ${limit} at most ${most}`] : [];
};

/** No problem when `value` is one of `allowed`. */
export const oneOf = <T extends string | number>(
  property: string,
  value: T,
  allowed: readonly T[],
  limit: string,
): readonly Problem[] => (allowed.includes(value) ? [] : [`${property} is ${value}; ${limit} ${allowed.join(', ')}`]);

/** No problem when `value` matches. */
export const matching = (property: string, value: string, pattern: RegExp, limit: string): readonly Problem[] =>
  pattern.test(value) ? [] : [`${property} is ${JSON.stringify(value)}; ${limit}`];
