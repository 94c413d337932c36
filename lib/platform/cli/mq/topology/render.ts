import { styleText } from 'node:util';
import Table from 'cli-table3';
import type { TopologyChange } from '../../../topology/change.ts';
import { printable, printableLines } from '../../printable.ts';

type Action = TopologyChange['action'];

const colours: Readonly<Record<Action, Parameters<typeof styleText>[0]>> = {
  create: 'green',
  update: 'yellow',
  delete: 'red',
  conflict: 'magenta',
  refuse: 'magenta',
  keep: 'dim',
  unchanged: 'dim',
};

export interface Row {
  readonly change: TopologyChange;
  /** What became of it; for a plan, nothing. */
  readonly remark?: string;
}

/** A table of changes, without the unchanged ones unless `all`. Coloured on a terminal only. */
export function renderChanges(rows: readonly Row[], { all = false }: { all?: boolean } = {}): string {
  const shown = rows.filter(({ change }) => all || change.action !== 'unchanged');
  if (shown.length === 0) return '';
  const table = new Table({
    head: ['', 'kind', 'name', ''],
    style: { head: [], border: [] },
    chars: { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' },
  });
  for (const { change, remark } of shown) {
    table.push([
      styleText(colours[change.action], change.action),
      change.kind,
      printable(change.name),
      printableLines(remark ?? details(change)),
    ]);
  }
  return `${table.toString()}\n`;
}

/** `1 create, 3 unchanged`. */
export function countActions(plan: readonly TopologyChange[]): string {
  return [...Map.groupBy(plan, ({ action }) => action)]
    .map(([action, group]) => `${group.length} ${action}`)
    .join(', ');
}

function details(change: TopologyChange): string {
  const differences =
    change.action === 'update' || change.action === 'conflict'
      ? change.differences.map(({ property, actual, desired }) => `${property}: ${value(actual)} -> ${value(desired)}`)
      : [];
  const reason = 'reason' in change ? [change.reason] : [];
  return [...differences, ...reason].join('\n');
}

function value(of: unknown): string {
  return of === undefined ? 'not set' : JSON.stringify(of);
}
