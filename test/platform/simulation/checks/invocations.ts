import type { SimulatedProcess } from '../engine/simulated-process.ts';
import type { InvocationResult } from '../lambda/environment.ts';
import { type Account, hasFailed, type Ledger, type Run } from './ledger.ts';

interface Current {
  readonly number: number;
  /** From then on handlers that still run may have been left behind. */
  readonly overAt: number;
  readonly accounts: readonly Account[];
  readonly runs: Run[];
  /** The message that ended the process. */
  cause: Account | undefined;
  disturbed: boolean;
  hasEnded: boolean;
  /** Requests to DynamoDB, and how many of them it denied. */
  requests: number;
  denied: number;
}

/** What each process is at, and how it ended. */
export class InvocationWatch {
  readonly #ledger: Ledger;
  readonly #now: () => number;
  readonly #current = new Map<SimulatedProcess, Current>();
  /** What they are about to begin with goes to others as well. */
  readonly #abandoned = new Set<SimulatedProcess>();
  /** Who had a message last, where a service let it down: the claim may still be its. */
  readonly #leftBehind = new Map<Account, SimulatedProcess>();
  #invocations = 0;

  constructor(ledger: Ledger, now: () => number) {
    this.#ledger = ledger;
    this.#now = now;
  }

  begin(process: SimulatedProcess, accounts: readonly Account[], timeoutMilliseconds: number): void {
    this.#current.set(process, {
      number: ++this.#invocations,
      overAt: this.#now() + 0.85 * timeoutMilliseconds,
      accounts,
      runs: [],
      cause: undefined,
      disturbed: false,
      hasEnded: false,
      requests: 0,
      denied: 0,
    });
    for (const account of accounts) {
      if ((this.#leftBehind.get(account) ?? process) !== process) account.neighboursCrashes += 1;
      this.#leftBehind.delete(account);
    }
    if (this.#abandoned.delete(process)) this.disturb(process);
  }

  /** A handler is called. The attempt that it is told must be one more than have failed, whatever happened to others. */
  run(process: SimulatedProcess, account: Account, attempt: number): Run {
    const current = this.#current.get(process);
    const run: Run = {
      process,
      attempt,
      startedAt: this.#now(),
      batch: current?.number ?? 0,
      end: 'running',
      late: false,
      gaveUp: false,
      disturbed: current?.disturbed ?? false,
    };
    const failed = account.runs.filter(hasFailed).length;
    if (attempt > 1 + failed)
      this.#ledger.violate({
        rule: 'neighbours keep their attempt count',
        consumer: account.consumer,
        message: account.id,
        what: `${account.id} comes as attempt ${attempt} after ${failed} failures`,
      });
    account.runs.push(run);
    current?.runs.push(run);
    return run;
  }

  /** A service lets the process down: what it knows and what is so may differ from here on. */
  disturb(process: SimulatedProcess): void {
    const current = this.#current.get(process);
    if (!current || current.disturbed) return;
    current.disturbed = true;
    for (const account of current.accounts) account.disturbances += 1;
    for (const run of current.runs) run.disturbed = true;
  }

  /** What a process is at, or about to begin with, goes to others as well. */
  abandon(process: SimulatedProcess): void {
    if (this.#current.get(process)?.hasEnded === false) this.disturb(process);
    else this.#abandoned.add(process);
  }

  /** The process asks DynamoDB, which lets it or denies. */
  asked(process: SimulatedProcess, isDenied: boolean): void {
    const current = this.#current.get(process);
    if (!current) return;
    current.requests += 1;
    if (isDenied) current.denied += 1;
  }

  /** Which message is about to end the process. */
  noteCause(process: SimulatedProcess, account: Account | undefined): void {
    const current = this.#current.get(process);
    if (current) current.cause = account;
  }

  end(process: SimulatedProcess, result: InvocationResult, keepsClaims: boolean): void {
    const current = this.#current.get(process);
    if (!current) return;
    if (result.status === 'failed' || !process.alive) this.disturb(process);
    current.hasEnded = true;
    const isOver = this.#now() >= current.overAt;
    for (const run of current.runs) {
      if (run.end === 'running') run.end = process.alive || isOver ? 'cut-off' : 'killed';
      if (run.end === 'crashed') run.late ||= isOver;
    }
    const isDenied = current.denied > 0 && current.denied === current.requests;
    if (keepsClaims && isDenied && result.status === 'succeeded')
      this.#ledger.violate({
        rule: 'a claim table that denies everything is noticed',
        what: `${process.name} succeeded, although all its ${current.denied} requests were denied`,
      });
    if (process.alive) {
      if (current.disturbed) for (const account of current.accounts) this.#leftBehind.set(account, process);
      return;
    }
    for (const account of current.accounts)
      if (!current.cause) account.killings += 1;
      else if (current.cause !== account) account.neighboursCrashes += 1;
  }
}
