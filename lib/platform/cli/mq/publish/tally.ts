import type { EventResult } from '../../../runtime/amqp/event-publisher.ts';

export type Outcome = EventResult['status'] | 'invalid';

export interface Problem {
  /** 1 for the first line; absent where the event is no line. */
  readonly line?: number;
  readonly id?: string;
  readonly outcome: Exclude<Outcome, 'confirmed'>;
  readonly reason: string;
  /** The broker may have it all the same. */
  readonly mayHaveArrived?: boolean;
}

const listedProblems = 20;

/** Counts what became of the events; keeps the first problems and the first id, and forgets everything else. */
export class Tally {
  readonly counts: Record<Outcome, number> = { confirmed: 0, returned: 0, rejected: 0, failed: 0, invalid: 0 };
  readonly problems: Problem[] = [];
  firstId: string | undefined;

  get total(): number {
    return Object.values(this.counts).reduce((sum, count) => sum + count, 0);
  }

  get allConfirmed(): boolean {
    return this.counts.confirmed > 0 && this.counts.confirmed === this.total;
  }

  /** @returns the problem, where it is one and few were before it */
  add(line: number | undefined, result: EventResult): Problem | undefined {
    this.counts[result.status] += 1;
    this.firstId ??= result.id;
    if (result.status === 'confirmed') return undefined;
    const where = line === undefined ? {} : { line };
    const uncertain = result.status === 'failed' && result.mayHaveArrived ? { mayHaveArrived: true } : {};
    return this.#keep({ ...where, id: result.id, outcome: result.status, reason: result.error.message, ...uncertain });
  }

  addInvalid(line: number | undefined, reason: string): Problem | undefined {
    this.counts.invalid += 1;
    return this.#keep({ ...(line === undefined ? {} : { line }), outcome: 'invalid', reason });
  }

  #keep(problem: Problem): Problem | undefined {
    if (this.problems.length >= listedProblems) return undefined;
    this.problems.push(problem);
    return problem;
  }
}
