import Table from 'cli-table3';
import { type Comparison, type Goal, isMet, ratioOf } from './comparison.ts';

/** Comparisons as a table: our number, the other's, the ratio, the goal and whether it is met. */
export const renderComparisons = (comparisons: readonly Comparison[]): string => {
  const table = new Table({
    head: ['', 'ours', 'other', '', 'ratio', 'goal', ''],
    colAligns: ['left', 'right', 'right', 'left', 'right', 'left', 'left'],
    style: { head: [], border: [], compact: true },
  });
  for (const comparison of comparisons) {
    const { name, unit, ours, other, goal } = comparison;
    const met = isMet(comparison);
    table.push([
      name,
      `${rounded(ours)} ${unit}`.trim(),
      other === undefined ? '' : `${rounded(other.value)} ${unit}`.trim(),
      other?.name ?? '',
      other === undefined ? '' : rounded(ratioOf(comparison) ?? Number.NaN),
      goal === undefined ? '' : goalText(goal, unit),
      met === undefined ? '' : met ? 'met' : 'MISSED',
    ]);
  }
  return table.toString();
};

const goalText = ({ of, atMost, atLeast }: Goal, unit: string): string => {
  const limit = atMost === undefined ? `≥ ${atLeast}` : `≤ ${atMost}`;
  return of === 'ratio' ? `ratio ${limit}` : `${limit} ${unit}`.trim();
};

const rounded = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toPrecision(3));
