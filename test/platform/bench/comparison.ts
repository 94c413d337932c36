/** One measured number beside the number it has to be compared with. */
export interface Comparison {
  readonly name: string;
  readonly unit: string;
  readonly ours: number;
  /** The same work done by somebody else, on the same machine in the same run; absent where there is only a limit. */
  readonly other?: { readonly name: string; readonly value: number };
  readonly goal?: Goal;
}

export interface Goal {
  /** Whether the ratio `ours / other` or our number itself is meant. */
  readonly of: 'ratio' | 'value';
  readonly atMost?: number;
  readonly atLeast?: number;
}

export const ratioOf = ({ ours, other }: Comparison): number | undefined =>
  other === undefined ? undefined : ours / other.value;

/** Whether the goal is met; `undefined` without a goal. */
export const isMet = (comparison: Comparison): boolean | undefined => {
  const { goal } = comparison;
  if (goal === undefined) return undefined;
  const measured = goal.of === 'value' ? comparison.ours : (ratioOf(comparison) ?? Number.NaN);
  return (
    measured <= (goal.atMost ?? Number.POSITIVE_INFINITY) && measured >= (goal.atLeast ?? Number.NEGATIVE_INFINITY)
  );
};

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((left, right) => left - right);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
};
