import {
  type ClaimRecord,
  decideClaim,
  decideSettle,
  decideTakeOver,
  defaultRetentionSeconds,
  expiryOf,
  type SettledState,
} from './claim-record.ts';
import type { ClaimOutcome, ClaimRequest, ClaimStore } from './claim-store.ts';

export interface MemoryClaimStoreOptions {
  /** Milliseconds since the epoch. @default Date.now */
  readonly now?: () => number;
  /** How long a settled record is remembered. @default 14 days */
  readonly retentionSeconds?: number;
}

/** Claims of one process. For tests: a second process knows nothing of them, and nothing survives this one. */
export class MemoryClaimStore implements ClaimStore {
  readonly #records = new Map<string, ClaimRecord>();
  readonly #now: () => number;
  readonly #retentionSeconds: number;

  constructor(options: MemoryClaimStoreOptions = {}) {
    this.#now = options.now ?? Date.now;
    this.#retentionSeconds = options.retentionSeconds ?? defaultRetentionSeconds;
  }

  async claim(request: ClaimRequest): Promise<ClaimOutcome> {
    const decision = decideClaim(this.#records.get(request.key), request, this.#now());
    if (decision.status !== 'claimable') return decision;
    this.#hold(request, decision.crashes);
    return { status: 'claimed' };
  }

  async takeOver(request: ClaimRequest, from: string): Promise<boolean> {
    const record = this.#records.get(request.key);
    const decision = decideTakeOver(record, request, from, this.#now());
    if (decision === 'write') this.#hold(request, (record?.crashes ?? 0) + 1);
    return decision !== 'fenced';
  }

  async complete(key: string, owner: string): Promise<boolean> {
    return this.#settle(key, owner, 'DONE');
  }

  async forwarded(key: string, owner: string): Promise<boolean> {
    return this.#settle(key, owner, 'FORWARDED');
  }

  async release(key: string, owner: string): Promise<boolean> {
    return this.#settle(key, owner, 'RELEASED');
  }

  #hold({ key, turn, owner, leaseUntil }: ClaimRequest, crashes: number): void {
    const expiry = expiryOf(this.#retentionSeconds, this.#now(), leaseUntil);
    this.#records.set(key, { state: 'IN_PROGRESS', turn, owner, leaseUntil, crashes, expiry });
  }

  #settle(key: string, owner: string, state: SettledState): boolean {
    const record = this.#records.get(key);
    const decision = decideSettle(record, owner, state, this.#now());
    if (record && decision === 'write')
      this.#records.set(key, { ...record, state, expiry: expiryOf(this.#retentionSeconds, this.#now()) });
    return decision !== 'fenced';
  }
}
