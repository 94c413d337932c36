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

  /** To be told how consumers stand after each look. */
  looked(statuses: readonly ConsumerStatus[]): void {
    const { windowSeconds } = this.#settings;
    const windowFrom = this.#now() - windowSeconds * 1000;
    for (const status of statuses) {
      const plan = this.#consumers.find(({ name }) => name === status.consumer);
      const before = this.#seen.get(status.consumer);
      this.#seen.set(status.consumer, status);
      if (!plan || windowFrom - mostReportDelay - plan.timeoutMilliseconds < this.#calmSince) continue;
      if (status.state === 'open' && before?.since !== status.since)
        this.#mayOpen(plan, Math.max(windowFrom, before?.since ?? 0));
      else if (status.state === 'closed' && status.since <= windowFrom) this.#mayStayClosed(plan, windowFrom);
    }
  }

  #mayStayClosed({ name, timeoutMilliseconds }: ConsumerPlan, windowFrom: number): void {
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

  #mayOpen({ name, timeoutMilliseconds }: ConsumerPlan, from: number): void {
    const { trialMessages } = this.#settings;
    const failed = this.#messages(name, hasFailed, from - recordLength - timeoutMilliseconds, this.#now());
    if (failed >= trialMessages) return;
    this.#ledger.violate({
      rule: 'a circuit does not open for what is over',
      consumer: name,
      what: `the circuit of ${name} opens although only ${failed} messages failed in its time`,
    });
  }

  /** Messages with a run of that kind that began within this time. */
  #messages(consumer: string, isOfKind: (run: Run) => boolean, from: number, until: number): number {
    const isOne = (run: Run): boolean => run.startedAt >= from && run.startedAt <= until && isOfKind(run);
    return [...this.#ledger.all()].filter((account) => account.consumer === consumer && account.runs.some(isOne))
      .length;
  }
}
