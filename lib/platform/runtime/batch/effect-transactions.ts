import { randomUUID } from 'node:crypto';
import { type DynamoDBClient, type TransactWriteItem, TransactWriteItemsCommand } from '@aws-sdk/client-dynamodb';
import { type Clock, sleep, systemClock } from '../../time/clock.ts';
import { type ClaimCompletion, claimCompletionItem, whyClaimCancelled } from '../claims/claim-completion.ts';
import type { EffectTransactions } from './batch.ts';
import { isContention, namingItems } from './cancelled-transaction.ts';

export interface DynamoDbEffectTransactionsOptions {
  readonly client: DynamoDBClient;
  /** Name or ARN of the claim table. */
  readonly tableName: string;
  /** @default the machine's */
  readonly clock?: Clock;
  /** From 0 up to, but not including, 1. @default Math.random */
  readonly random?: () => number;
}

/** Waits between tries: up to 20 ms before the second one, twice as long before each further one, at most a second. A transaction takes some 10 ms. */
const firstWait = 20;
const longestWait = 1000;
/** For how long contention is waited out, in milliseconds: after that the message is better tried again later, with others in between. */
const patience = 10_000;

/**
 * Effects and claims in one `TransactWriteItems`. Contention is waited out: DynamoDB cancels a transaction that meets another one at an item
 * instead of letting it wait. Needs the permission `dynamodb:UpdateItem` on the claim table.
 */
export class DynamoDbEffectTransactions implements EffectTransactions {
  readonly #client: DynamoDBClient;
  readonly #tableName: string;
  readonly #clock: Clock;
  readonly #random: () => number;

  constructor({ client, tableName, clock = systemClock, random = Math.random }: DynamoDbEffectTransactionsOptions) {
    this.#client = client;
    this.#tableName = tableName;
    this.#clock = clock;
    this.#random = random;
  }

  async commit(
    items: readonly TransactWriteItem[],
    key: string,
    owner: string,
    until = Number.POSITIVE_INFINITY,
  ): Promise<'committed' | 'fenced'> {
    const now = this.#clock.now();
    const lastTry = Math.min(until, now + patience);
    const completion: ClaimCompletion = { tableName: this.#tableName, key, owner, now };
    // Each try is the same request: one whose answer was lost is not carried out again, whoever sends it.
    const input = {
      TransactItems: [...items, claimCompletionItem(completion)],
      ClientRequestToken: randomUUID(),
    };
    for (let wait = firstWait; ; wait = Math.min(longestWait, wait * 2)) {
      try {
        await this.#client.send(new TransactWriteItemsCommand(input));
        return 'committed';
      } catch (error) {
        const why = whyClaimCancelled(error, items.length, completion);
        if (why !== undefined) return why;
        const pause = Math.ceil(wait * (0.5 + this.#random() / 2));
        if (!isContention(error) || this.#clock.now() + pause >= lastTry) throw namingItems(error, items);
        await sleep(this.#clock, pause);
      }
    }
  }
}
