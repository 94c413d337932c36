import type { SimulatedProcess } from '../engine/simulated-process.ts';

/** One time that a handler was called. */
export interface Run {
  readonly process: SimulatedProcess;
  readonly attempt: number;
  readonly startedAt: number;
  /** The invocation, counted for each queue. */
  readonly batch: number;
  /** How it ended; `running` as long as it has not, `cut-off` when its invocation ended first. */
  end: 'running' | 'succeeded' | 'threw' | 'crashed' | 'cut-off' | 'killed';
  /** The time of its invocation was over when it ended the process: it may have been counted as failed before. */
  late: boolean;
  /** It failed, and for good. */
  gaveUp: boolean;
  /** Something went wrong around it: its environment died, a service did not answer, a copy was not confirmed. */
  disturbed: boolean;
}

/** Whether it may have been counted as a failed attempt. */
export const hasFailed = ({ end, late }: Run): boolean => end === 'threw' || end === 'cut-off' || late;

/** What is known about one message at one consumer. */
export interface Account {
  readonly consumer: string;
  readonly id: string;
  readonly key: string;
  readonly runs: Run[];
  /** The broker confirmed it to its publisher. */
  confirmed: boolean;
  /** Effects outside of any transaction. */
  effects: number;
  /** How often its environment ended while it was claimed or handled and it was not the cause. */
  killings: number;
  /** How often a message beside it ended its environment, or another one got it while its claim may still have belonged to the one before. */
  neighboursCrashes: number;
  /** Invocations that had it and were disturbed. */
  disturbances: number;
  /** Copies of it that the broker took without the publisher getting to know. */
  doubts: number;
}

/** A promise that was broken. */
export interface Violation {
  readonly rule: string;
  readonly consumer?: string;
  readonly message?: string;
  readonly what: string;
}

/** What happened, as far as promises depend on it. */
export class Ledger {
  readonly violations: Violation[] = [];
  readonly #accounts = new Map<string, Account>();

  open(consumer: string, id: string, key: string): void {
    this.#accounts.set(`${consumer}/${id}`, {
      consumer,
      id,
      key,
      runs: [],
      confirmed: false,
      effects: 0,
      killings: 0,
      neighboursCrashes: 0,
      disturbances: 0,
      doubts: 0,
    });
  }

  account(consumer: string, id: string): Account {
    const account = this.#accounts.get(`${consumer}/${id}`);
    if (!account) throw new TypeError(`${consumer} has no account of ${id}`);
    return account;
  }

  all(): Iterable<Account> {
    return this.#accounts.values();
  }

  of(id: string): Account[] {
    return [...this.#accounts.values()].filter((account) => account.id === id);
  }

  violate(violation: Violation): void {
    this.violations.push(violation);
  }
}
