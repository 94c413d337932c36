import {
  type AttributeValue,
  BatchGetItemCommand,
  type BatchGetItemCommandOutput,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { claimTable } from '../../config/table-shapes.ts';
import { doubled } from '../../time/backoff.ts';
import { type Clock, sleep, systemClock } from '../../time/clock.ts';
import { defaultRetentionSeconds } from '../claims/claim-record.ts';
import { ClaimStoreError } from '../claims/claim-store-error.ts';
import { orderPrefix, storedKey } from '../claims/dynamodb-claim-item.ts';
import type { KeyQueue } from './key-queue.ts';
import type { KeyQueueStore, StoredQueue } from './key-queue-store.ts';
import { packed, unpacked } from './packed-queue.ts';

export interface DynamoDbKeyQueueStoreOptions {
  readonly client: DynamoDBClient;
  /** Name or ARN of the claim table. */
  readonly tableName: string;
  /** How long a queue is remembered after its last write. @default 14 days, as claims are */
  readonly retentionSeconds?: number;
  /** @default the machine's */
  readonly clock?: Clock;
}

/** DynamoDB takes no more keys in one BatchGetItem. */
const maximumKeys = 100;
/** Tries of one BatchGetItem whose answer leaves keys out, which is how DynamoDB throttles it. */
const maximumTries = 5;
const rereadBackoff = { base: 50 };
/** An emptied queue says nothing, but its version must outlive whoever is about to write it. */
const emptyRetentionSeconds = 3600;

/**
 * Queues of order keys in the claim table, one item each for keys that are or were in trouble: `#order#<consumer>#<order key>`.
 * Needs the permissions `dynamodb:BatchGetItem` and `dynamodb:UpdateItem`.
 */
export class DynamoDbKeyQueueStore implements KeyQueueStore {
  readonly #client: DynamoDBClient;
  readonly #tableName: string;
  readonly #retentionSeconds: number;
  readonly #clock: Clock;

  constructor(options: DynamoDbKeyQueueStoreOptions) {
    this.#client = options.client;
    this.#tableName = options.tableName;
    this.#retentionSeconds = options.retentionSeconds ?? defaultRetentionSeconds;
    this.#clock = options.clock ?? systemClock;
  }

  async read(names: readonly string[]): Promise<Map<string, StoredQueue>> {
    const nameOf = new Map(names.map((name) => [storedKey(orderPrefix + name), name]));
    const ids = [...nameOf.keys()];
    const pages: Promise<Record<string, AttributeValue>[]>[] = [];
    for (let start = 0; start < ids.length; start += maximumKeys)
      pages.push(this.#readPage(ids.slice(start, start + maximumKeys)));
    const found = new Map<string, StoredQueue>();
    for (const item of (await Promise.all(pages)).flat()) {
      const name = nameOf.get(item[claimTable.partitionKey]?.S ?? '');
      if (name !== undefined) found.set(name, this.#stored(item));
    }
    return found;
  }

  async write(name: string, queue: KeyQueue, version: number, signal?: AbortSignal): Promise<boolean> {
    const seconds = Math.ceil(this.#clock.now() / 1000);
    const retention = queue.length === 0 ? emptyRetentionSeconds : this.#retentionSeconds;
    try {
      await this.#client.send(
        new UpdateItemCommand({
          TableName: this.#tableName,
          Key: { [claimTable.partitionKey]: { S: storedKey(orderPrefix + name) } },
          UpdateExpression: `SET #version = :next, #expiry = :expiry${queue.length === 0 ? ' REMOVE #waiting' : ', #waiting = :waiting'}`,
          ConditionExpression: version === 0 ? 'attribute_not_exists(#version)' : '#version = :seen',
          ExpressionAttributeNames: {
            '#version': 'version',
            '#expiry': claimTable.expiryAttribute,
            '#waiting': 'waiting',
          },
          ExpressionAttributeValues: {
            ':next': { N: String(version + 1) },
            ':expiry': { N: String(seconds + retention) },
            ...(version > 0 && { ':seen': { N: String(version) } }),
            ...(queue.length > 0 && { ':waiting': { B: packed(queue) } }),
          },
        }),
        { abortSignal: signal },
      );
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw new ClaimStoreError('order', orderPrefix + name, this.#tableName, error);
    }
  }

  async #readPage(ids: readonly string[]): Promise<Record<string, AttributeValue>[]> {
    const items: Record<string, AttributeValue>[] = [];
    let keys: Record<string, AttributeValue>[] | undefined = ids.map((id) => ({
      [claimTable.partitionKey]: { S: id },
    }));
    try {
      for (let tries = 1; keys?.length; tries++) {
        if (tries > maximumTries) throw new Error(`no answer for ${keys.length} keys in ${maximumTries} tries`);
        if (tries > 1) await sleep(this.#clock, doubled(tries, rereadBackoff));
        const answer: BatchGetItemCommandOutput = await this.#client.send(
          new BatchGetItemCommand({ RequestItems: { [this.#tableName]: { Keys: keys, ConsistentRead: true } } }),
        );
        items.push(...(answer.Responses?.[this.#tableName] ?? []));
        keys = answer.UnprocessedKeys?.[this.#tableName]?.Keys;
      }
    } catch (error) {
      throw new ClaimStoreError('reading the order', ids[0] ?? '', this.#tableName, error);
    }
    return items;
  }

  /** What has expired counts as empty, whether or not it has been deleted yet; its version still counts. */
  #stored(item: Record<string, AttributeValue>): StoredQueue {
    const isExpired = Number(item[claimTable.expiryAttribute]?.N) * 1000 <= this.#clock.now();
    const waiting = item.waiting?.B;
    return { queue: waiting && !isExpired ? unpacked(waiting) : [], version: Number(item.version?.N) };
  }
}
