import { decideClaim, decideSettle, decideTakeOver } from './claim-decisions.ts';
import { type ClaimRecord, defaultRetentionSeconds, type SettledState } from './claim-record.ts';
import type { ClaimOutcome, ClaimRequest, ClaimStore } from './claim-store.ts';
import {
  type ClaimWrite,
  changed,
  claimWrite,
  holds,
  orderKeyWrite,
  settleWrite,
  takeOverWrite,
} from './claim-write.ts';

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
    const now = this.#now();
    const write = claimWrite(request, now, this.#retentionSeconds);
    const decision = decideClaim(this.#records.get(request.key), request, write, now);
    if (decision.status !== 'claimable') return decision;
    this.#write(request.key, { ...write, change: { ...write.change, crashes: decision.crashes } });
    return { status: 'claimed' };
  }

  async takeOver(request: ClaimRequest, from: string): Promise<boolean> {
    const now = this.#now();
    const write = takeOverWrite(request, from, now, this.#retentionSeconds);
    const decision = decideTakeOver(this.#records.get(request.key), request, write, now);
    if (decision === 'write') this.#write(request.key, write);
    return decision !== 'fenced';
  }

  async noteOrderKey(key: string, owner: string, orderKey: string): Promise<boolean> {
    const write = orderKeyWrite(owner, orderKey, this.#now());
    const isHeld = holds(write, this.#records.get(key));
    if (isHeld) this.#write(key, write);
    return isHeld;
  }

  async complete(key: string, owner: string): Promise<boolean> {
    return this.#settle(key, owner, 'DONE');
  }

  async giveUp(key: string, owner: string, letter: string): Promise<boolean> {
    return this.#settle(key, owner, 'GIVEN_UP', letter);
  }

  async forwarded(key: string, owner: string): Promise<boolean> {
    return this.#settle(key, owner, 'FORWARDED');
  }

  async release(key: string, owner: string): Promise<boolean> {
    return this.#settle(key, owner, 'RELEASED');
  }

  #settle(key: string, owner: string, state: SettledState, letter?: string): boolean {
    const now = this.#now();
    const write = settleWrite(owner, state, now, this.#retentionSeconds, letter);
    const decision = decideSettle(this.#records.get(key), owner, state, write, now);
    if (decision === 'write') this.#write(key, write);
    return decision !== 'fenced';
  }

  #write(key: string, write: ClaimWrite): void {
    this.#records.set(key, changed(write, this.#records.get(key)));
  }
}
