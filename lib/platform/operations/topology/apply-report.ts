import { OperatorError } from '../../config/operator-error.ts';
import type { TopologyChange } from '../../topology/change.ts';

/** What became of one change of a plan. */
export interface ChangeResult {
  readonly change: TopologyChange;
  /** `kept`: not declared, but stays, or a conflict that was left alone. `skipped`: not attempted, because something failed before. */
  readonly outcome: 'done' | 'unchanged' | 'kept' | 'failed' | 'skipped';
  /** Why, unless it is done or unchanged. */
  readonly reason?: string;
}

export interface ApplyReport {
  readonly broker: string;
  readonly version: string;
  readonly vhost: string;
  /** One for each object, in the order of the plan. */
  readonly results: readonly ChangeResult[];
}

/** Applying stopped. `report` says what had been done by then; what was done stays, and applying again goes on from there. */
export class TopologyApplyError extends OperatorError {
  override readonly name = 'TopologyApplyError';
  readonly report: ApplyReport;

  constructor(message: string, report: ApplyReport, options?: ErrorOptions) {
    super(message, options);
    this.report = report;
  }
}

const pastTense = { create: 'created', update: 'updated', delete: 'deleted' } as const;

/** `3 created, 1 updated, 94 unchanged`. */
export function summary({ results }: ApplyReport): string {
  const labels = results.map(({ change: { action }, outcome }) =>
    outcome === 'done' && Object.hasOwn(pastTense, action) ? pastTense[action as keyof typeof pastTense] : outcome,
  );
  const counts = [...Map.groupBy(labels, (label) => label)].map(([label, group]) => `${group.length} ${label}`);
  return counts.join(', ') || 'nothing';
}
