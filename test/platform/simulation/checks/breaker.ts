import type { ConsumerStatus } from '../../../../lib/platform/operations/circuit/control-consumers.ts';
import type { BreakerPlan, ConsumerPlan } from '../scenario/scenario.ts';
import { hasFailed, type Ledger, type Run } from './ledger.ts';

/** What reports and looks may be late by, in milliseconds. */
const slack = 10_000;
/** A report covers so much, in milliseconds; successes may wait for a report for so long. */
const recordLength = 10_000;
const mostReportDelay = 60_000;

/** Whether circuits open when they should and only then, and keep their hands off what a person has disabled. */
export class BreakerWatch {
  readonly #ledger: Ledger;
  readonly #settings: BreakerPlan;
  readonly #consumers: readonly ConsumerPlan[];
  readonly #now: () => number;
  /** Reports from before this may have got lost. */
  readonly #calmSince: number;
  readonly #disabledByHand = new Set<string>();
  readonly #seen = new Map<string, ConsumerStatus>();

  constructor(
    ledger: Ledger,
    breaker: BreakerPlan,
    consumers: readonly ConsumerPlan[],
    time: { readonly now: () => number; readonly calmSince: number },
  ) {
    this.#ledger = ledger;
    this.#settings = breaker;
    this.#consumers = consumers;
    this.#now = time.now;
    this.#calmSince = time.calmSince;
  }

  /** To be told when a person switches a mapping. */
  changedByHand(id: string, to: 'enabled' | 'disabled'): void {
    if (to === 'disabled') this.#disabledByHand.add(id);
    else this.#disabledByHand.delete(id);
  }

  /** To be told when the circuit breaker does. */
  switches(id: string, to: 'enabled' | 'disabled'): void {
    if (to === 'disabled' || !this.#disabledByHand.has(id)) return;
    this.#ledger.violate({
      rule: 'what a person disabled stays disabled',
      what: `the circuit breaker enables the mapping of ${id}, which a person disabled`,
    });
  }

  /** To be told how consumers stand after each look. One that died is not told of, so an opening may be told by the next one. */
  looked(statuses: readonly ConsumerStatus[]): void {
    for (const status of statuses) {
      const plan = this.#consumers.find(({ name }) => name === status.consumer);
      const before = this.#seen.get(status.consumer);
      this.#seen.set(status.consumer, status);
      if (!plan) continue;
      if (status.state === 'open' && before?.since !== status.since)
        this.#mayOpen(plan, status.since, before?.since ?? 0);
      else if (status.state === 'closed') this.#mayStayClosed(plan, status.since);
    }
  }

  #mayStayClosed(plan: ConsumerPlan, since: number): void {
    const { name, timeoutMilliseconds } = plan;
    const windowFrom = this.#windowBefore(this.#now());
    if (since > windowFrom || !this.#knowsAll(plan, windowFrom)) return;
    const until = this.#now() - timeoutMilliseconds - slack;
    const failed = this.#messages(name, hasFailed, windowFrom + recordLength + slack, until);
    const others = this.#messages(
      name,
      (run) => !hasFailed(run),
      windowFrom - mostReportDelay - timeoutMilliseconds,
      this.#now(),
    );
    if (failed < this.#settings.minimumMessages || others > 0) return;
    this.#ledger.violate({
      rule: 'a circuit opens while what its consumer needs is away',
      consumer: name,
      what: `the circuit of ${name} is closed although ${failed} messages failed and none succeeded`,
    });
  }

  /** @param opened when it was decided @param before when the state before had begun */
  #mayOpen(plan: ConsumerPlan, opened: number, before: number): void {
    const { name, timeoutMilliseconds } = plan;
    const { trialMessages } = this.#settings;
    const windowFrom = this.#windowBefore(opened);
    if (!this.#knowsAll(plan, windowFrom)) return;
    const from = Math.max(windowFrom, before) - recordLength - timeoutMilliseconds;
    const failed = this.#messages(name, hasFailed, from, opened + slack);
    if (failed >= trialMessages) return;
    this.#ledger.violate({
      rule: 'a circuit does not open for what is over',
      consumer: name,
      what: `the circuit of ${name} opens although only ${failed} messages failed in its time`,
    });
  }

  #windowBefore(look: number): number {
    return look - this.#settings.windowSeconds * 1000;
  }

  /** Whether no report of that window can have got lost. */
  #knowsAll({ timeoutMilliseconds }: ConsumerPlan, windowFrom: number): boolean {
    return windowFrom - mostReportDelay - timeoutMilliseconds >= this.#calmSince;
  }

  /** Messages with a run of that kind that began within this time. */
  #messages(consumer: string, isOfKind: (run: Run) => boolean, from: number, until: number): number {
    const isOne = (run: Run): boolean => run.startedAt >= from && run.startedAt <= until && isOfKind(run);
    return [...this.#ledger.all()].filter((account) => account.consumer === consumer && account.runs.some(isOne))
      .length;
  }
}
