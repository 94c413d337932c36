import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  PutItemCommand,
  type TransactWriteItem,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { uuidv7 } from 'uuidv7';
import { FunctionEnvironment } from '../../config/function-environment.ts';
import { outboxTable } from '../../config/table-shapes.ts';
import { type Event, eventMessage } from '../amqp/event-publisher.ts';
import { encodeMessage } from '../amqp/message-encoding.ts';
import { createDynamoDbClient } from '../claims/dynamodb-client.ts';
import { requiredVariable } from '../required-variable.ts';
import { maximumItemBytes } from './item-size.ts';
import { OutboxUnavailableError } from './outbox-errors.ts';
import { orderKeyOf, pendingItem } from './outbox-item.ts';
import type { Item } from './outbox-ref.ts';

/** An event to be published by way of the outbox. */
export interface OutboxEvent extends Event {
  /**
   * Events with the same key are published in the order in which they were added, one after the other. 1 to 1,024 bytes.
   * @default no order
   */
  readonly key?: string;
}

export interface OutboxOptions {
  /** Exchange to which the events go. The relay's broker user must be allowed to write to it. */
  readonly exchange: string;
  /** Name of the publishing application. */
  readonly appId?: string;
  /** Name or ARN of the outbox table. @default environment variable OUTBOX_TABLE */
  readonly tableName?: string;
  /** Used by `add` only. @default a client of the outbox's own */
  readonly client?: DynamoDBClient;
  /** Milliseconds since the epoch. @default Date.now */
  readonly now?: () => number;
}

export interface Outbox {
  /**
   * The items that put events into the outbox, one for each, for a transaction of the caller's: the events are published
   * if and only if the transaction commits. Writes nothing by itself. Message ids are fixed here.
   *
   * @example
   * await context.transact([placeOrder(order), ...outbox.items({ type: 'order.fulfilled', data: order, key: order.orderId })]);
   *
   * @throws {InvalidMessageError} for what no broker would take
   * @throws {OutboxItemTooLargeError}
   * @throws {InvalidOutboxKeyError}
   */
  items(...events: readonly OutboxEvent[]): TransactWriteItem[];
  /**
   * Writes events into the outbox, all or none of them; 1 to 100. Returns their ids, in the order given.
   *
   * @throws what `items` throws
   * @throws {OutboxUnavailableError}
   */
  add(...events: readonly OutboxEvent[]): Promise<string[]>;
}

/**
 * Events that are to be published, kept in a DynamoDB table until the broker has confirmed them. The relay function
 * publishes them.
 * @throws {ConfigurationError} when no table is named
 */
export function createOutbox(options: OutboxOptions): Outbox {
  const now = options.now ?? Date.now;
  const tableName = options.tableName || requiredVariable(FunctionEnvironment.outboxTable, 'it names the outbox table');
  let { client } = options;

  const entry = (event: OutboxEvent): { readonly id: string; readonly item: Item } => {
    const position = uuidv7();
    const id = event.id ?? position;
    const addedAt = now();
    const message = eventMessage(event, id, { ...options, clock: { now: () => addedAt } });
    // What the broker would refuse would wait here for ever.
    encodeMessage(message, { maximumBodyBytes: maximumItemBytes });
    const ref = { orderKey: orderKeyOf(event.key, id), position };
    return { id, item: pendingItem(ref, id, message, addedAt) };
  };
  const put = (Item: Item) => ({
    TableName: tableName,
    Item,
    ConditionExpression: `attribute_not_exists(${outboxTable.partitionKey})`,
  });

  return {
    items: (...events) => events.map((event) => ({ Put: put(entry(event).item) })),
    async add(...events) {
      const entries = events.map(entry);
      const [first, ...more] = entries;
      if (!first) return [];
      client ??= createDynamoDbClient();
      try {
        if (more.length === 0) await client.send(new PutItemCommand(put(first.item)));
        else
          await client.send(
            new TransactWriteItemsCommand({ TransactItems: entries.map(({ item }) => ({ Put: put(item) })) }),
          );
      } catch (error) {
        // Nobody else has this position: an earlier try of the same request went through and its answer was lost.
        if (!(error instanceof ConditionalCheckFailedException))
          throw new OutboxUnavailableError('adding', tableName, error);
      }
      return entries.map(({ id }) => id);
    },
  };
}
