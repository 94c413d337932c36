import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  TransactionConflictException,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { type Clock, sleep, systemClock } from '../../time/clock.ts';
import { decideClaim, decideSettle, decideTakeOver } from './claim-decisions.ts';
import { type ClaimRecord, defaultRetentionSeconds, type SettledState } from './claim-record.ts';
import type { ClaimOutcome, ClaimRequest, ClaimStore } from './claim-store.ts';
import { ClaimStoreError } from './claim-store-error.ts';
import {
  type ClaimWrite,
  claimSeenWrite,
  claimWrite,
  orderKeyWrite,
  settleWrite,
  takeOverWrite,
} from './claim-write.ts';
import { conditionalUpdate } from './conditional-update.ts';
import { type Item, recordOf } from './dynamodb-claim-item.ts';

export interface DynamoDbClaimStoreOptions {
  readonly client: DynamoDBClient;
  /** Name or ARN of the claim table. */
  readonly tableName: string;
  /** How long a settled record is remembered. @default 14 days */
  readonly retentionSeconds?: number;
  /** @default the machine's */
  readonly clock?: Clock;
  /** From 0 up to, but not including, 1. @default Math.random */
  readonly random?: () => number;
}

/** The write took place, or the record that kept it from taking place. */
type WriteResult = { readonly written: true } | { readonly written: false; readonly record: ClaimRecord | undefined };

/** Tries of one write while a transaction holds the item; DynamoDB refuses such writes instead of letting them wait. */
const conflictTries = 4;
/** Looks at a record that others keep changing under our hands. */
const claimTries = 4;
/** More settlements without an answer are not remembered; the oldest go first. */
const mostUnanswered = 10_000;

/** What a claim's owner wants it to become. */
interface Settlement {
  readonly operation: string;
  readonly owner: string;
  readonly state: SettledState;
  readonly letter?: string;
}

/**
 * Claims in a DynamoDB table: one UpdateItem to claim and one to settle. A third request is needed only to take over
 * from a vanished owner or to claim again what was given back after that. Needs the permission `dynamodb:UpdateItem`.
 *
 * A settlement that got no answer, or was refused, is asked for again before the same claim is: otherwise what is done would be handled again, and
 * what was given back would wait for the end of its lease, or be taken for a crash of its own where the process ends before.
 */
export class DynamoDbClaimStore implements ClaimStore {
  readonly #client: DynamoDBClient;
  readonly #tableName: string;
  readonly #retentionSeconds: number;
  readonly #clock: Clock;
  readonly #random: () => number;
  /** By key. */
  readonly #unanswered = new Map<string, Settlement>();

  constructor(options: DynamoDbClaimStoreOptions) {
    this.#client = options.client;
    this.#tableName = options.tableName;
    this.#retentionSeconds = options.retentionSeconds ?? defaultRetentionSeconds;
    this.#clock = options.clock ?? systemClock;
    this.#random = options.random ?? Math.random;
  }

  async claim(request: ClaimRequest): Promise<ClaimOutcome> {
    const unanswered = this.#unanswered.get(request.key);
    if (unanswered) await this.#settle(request.key, unanswered);
    const now = this.#clock.now();
    const first = claimWrite(request, now, this.#retentionSeconds);
    let write = first;
    for (let tries = 0; tries < claimTries; tries++) {
      const result = await this.#write('claim', request.key, write);
      if (result.written) return { status: 'claimed' };
      const decision = decideClaim(result.record, request, first, now);
      if (decision.status !== 'claimable') return decision;
      write = claimSeenWrite(request, result.record, decision.crashes, now, this.#retentionSeconds);
    }
    throw this.#error('claim', request.key, new Error(`the record changed ${claimTries} times meanwhile`));
  }

  async takeOver(request: ClaimRequest, from: string): Promise<boolean> {
    const now = this.#clock.now();
    const write = takeOverWrite(request, from, now, this.#retentionSeconds);
    const result = await this.#write('takeOver', request.key, write);
    return result.written || decideTakeOver(result.record, request, write, now) === 'already';
  }

  async noteOrderKey(key: string, owner: string, orderKey: string): Promise<boolean> {
    return (await this.#write('noteOrderKey', key, orderKeyWrite(owner, orderKey, this.#clock.now()))).written;
  }

  complete(key: string, owner: string): Promise<boolean> {
    return this.#settle(key, { operation: 'complete', owner, state: 'DONE' });
  }

  giveUp(key: string, owner: string, letter: string): Promise<boolean> {
    return this.#settle(key, { operation: 'giveUp', owner, state: 'GIVEN_UP', letter });
  }

  forwarded(key: string, owner: string): Promise<boolean> {
    return this.#settle(key, { operation: 'forwarded', owner, state: 'FORWARDED' });
  }

  release(key: string, owner: string): Promise<boolean> {
    return this.#settle(key, { operation: 'release', owner, state: 'RELEASED' });
  }

  async #settle(key: string, settlement: Settlement): Promise<boolean> {
    const { operation, owner, state, letter } = settlement;
    this.#unanswered.set(key, settlement);
    const [oldest] = this.#unanswered.size > mostUnanswered ? this.#unanswered.keys() : [];
    if (oldest !== undefined) this.#unanswered.delete(oldest);
    const now = this.#clock.now();
    const write = settleWrite(owner, state, now, this.#retentionSeconds, letter);
    const result = await this.#write(operation, key, write);
    if (this.#unanswered.get(key) === settlement) this.#unanswered.delete(key);
    return result.written || decideSettle(result.record, owner, state, write, now) === 'already';
  }

  async #write(operation: string, key: string, write: ClaimWrite): Promise<WriteResult> {
    const update = conditionalUpdate(this.#tableName, key, write);
    for (let tries = 1; ; tries++) {
      try {
        await this.#client.send(new UpdateItemCommand(update));
        return { written: true };
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException)
          return { written: false, record: this.#read(operation, key, error.Item) };
        if (!(error instanceof TransactionConflictException) || tries === conflictTries)
          throw this.#error(operation, key, error);
        // The SDK does not retry conflicts. A transaction takes some 10 ms.
        await sleep(this.#clock, tries * 20 * (1 + this.#random()));
      }
    }
  }

  #read(operation: string, key: string, item: Item | undefined): ClaimRecord | undefined {
    try {
      return item && recordOf(item);
    } catch (error) {
      throw this.#error(operation, key, error);
    }
  }

  #error(operation: string, key: string, cause: unknown): ClaimStoreError {
    return new ClaimStoreError(operation, key, this.#tableName, cause);
  }
}
