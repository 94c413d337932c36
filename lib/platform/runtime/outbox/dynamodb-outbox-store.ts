import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  QueryCommand,
  ScanCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { outboxTable } from '../../config/table-shapes.ts';
import { OutboxUnavailableError } from './outbox-errors.ts';
import { messageOf, refOf } from './outbox-item.ts';
import type { Item, OutboxRef } from './outbox-ref.ts';
import type { OutboxStore, WaitingMessage } from './outbox-store.ts';
import { confirmUpdate, giveBackUpdate, markSentUpdate, type OutboxUpdate } from './outbox-update.ts';

export interface DynamoDbOutboxStoreOptions {
  readonly client: DynamoDBClient;
  /** Name or ARN of the outbox table. */
  readonly tableName: string;
  /** How long a confirmed message is remembered, without its body. @default 86400, a day */
  readonly retentionSeconds?: number;
  /** Milliseconds since the epoch. @default Date.now */
  readonly now?: () => number;
}

/** Parts in which the index is read, in random order. */
const segments = 4;

/** The outbox in DynamoDB. Needs `dynamodb:Query` and `dynamodb:Scan` on the index and `dynamodb:UpdateItem` on the table. */
export class DynamoDbOutboxStore implements OutboxStore {
  readonly #client: DynamoDBClient;
  readonly #tableName: string;
  readonly #retentionSeconds: number;
  readonly #now: () => number;

  constructor(options: DynamoDbOutboxStoreOptions) {
    this.#client = options.client;
    this.#tableName = options.tableName;
    this.#retentionSeconds = options.retentionSeconds ?? 86_400;
    this.#now = options.now ?? Date.now;
  }

  async *waiting(): AsyncIterable<readonly OutboxRef[]> {
    const first = Math.floor(Math.random() * segments);
    for (let index = 0; index < segments; index++) {
      let start: Item | undefined;
      do {
        const scan = new ScanCommand({
          TableName: this.#tableName,
          IndexName: outboxTable.pendingIndex,
          Segment: (first + index) % segments,
          TotalSegments: segments,
          ...(start && { ExclusiveStartKey: start }),
        });
        const page = await this.#send('looking for what waits', () => this.#client.send(scan));
        yield (page.Items ?? []).map(refOf);
        start = page.LastEvaluatedKey;
      } while (start);
    }
  }

  async waitingOf(orderKey: string, limit: number): Promise<readonly WaitingMessage[]> {
    const query = new QueryCommand({
      TableName: this.#tableName,
      IndexName: outboxTable.pendingIndex,
      // The index holds keys only; DynamoDB fetches the rest from the table.
      Select: 'ALL_ATTRIBUTES',
      ConsistentRead: true,
      KeyConditionExpression: `${outboxTable.partitionKey} = :key`,
      ExpressionAttributeValues: { ':key': { S: orderKey } },
      Limit: limit,
    });
    const { Items = [] } = await this.#send(`reading ${orderKey}`, () => this.#client.send(query));
    return Items.map(waitingMessage);
  }

  markSent(ref: OutboxRef, owner: string, leaseUntil: number): Promise<boolean> {
    return this.#update('marking as sent', markSentUpdate(ref, owner, leaseUntil, this.#now()));
  }

  async confirm(ref: OutboxRef): Promise<void> {
    await this.#update('confirming', confirmUpdate(ref, this.#now(), this.#retentionSeconds));
  }

  async giveBack(ref: OutboxRef, owner: string, problem: string | undefined): Promise<void> {
    await this.#update('giving back', giveBackUpdate(ref, owner, problem));
  }

  /** `false` when the condition failed. */
  #update(operation: string, update: OutboxUpdate): Promise<boolean> {
    const command = new UpdateItemCommand({ TableName: this.#tableName, ...update });
    return this.#send(operation, async () => {
      try {
        await this.#client.send(command);
        return true;
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return false;
        throw error;
      }
    });
  }

  async #send<Answer>(operation: string, request: () => Promise<Answer>): Promise<Answer> {
    try {
      return await request();
    } catch (error) {
      throw new OutboxUnavailableError(operation, this.#tableName, error);
    }
  }
}

const waitingMessage = (item: Item): WaitingMessage => ({
  ref: refOf(item),
  messageId: item.messageId?.S ?? '',
  state: item.state?.S === 'sent' ? 'sent' : 'pending',
  owner: item.owner?.S,
  leaseUntil: Number(item.lease?.N ?? 0),
  read: () => messageOf(item),
});
