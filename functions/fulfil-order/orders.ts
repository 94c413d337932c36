import type { TransactWriteItem } from '@aws-sdk/client-dynamodb';
import type { OrderCancelled, OrderPlaced } from '../events.ts';
import { tableName } from '../table-name.ts';

/**
 * Every write counts itself and names the message that caused it. As long as each message takes effect once, `writes` is
 * the size of `writtenBy`; an effect that happened twice would show.
 */
const countWrite = 'ADD writes :one, writtenBy :message';
const countValues = (messageId: string) => ({ ':one': { N: '1' }, ':message': { SS: [messageId] } });

/** Puts an order into its row; the partition key is `orderId`. */
export const placeOrder = (order: OrderPlaced, messageId: string): TransactWriteItem => ({
  Update: {
    TableName: tableName('Orders'),
    Key: { orderId: { S: order.orderId } },
    UpdateExpression: `SET customerId = :customer, orderLines = :lines, orderStatus = if_not_exists(orderStatus, :placed) ${countWrite}`,
    ExpressionAttributeValues: {
      ':customer': { S: order.customerId },
      ':lines': {
        L: order.lines.map(({ sku, quantity }) => ({ M: { sku: { S: sku }, quantity: { N: String(quantity) } } })),
      },
      ':placed': { S: 'placed' },
      ...countValues(messageId),
    },
  },
});

/** Marks an order. While it is not there the transaction fails and the message is retried: events may overtake each other. */
export const cancelOrder = (order: OrderCancelled, messageId: string): TransactWriteItem => ({
  Update: {
    TableName: tableName('Orders'),
    Key: { orderId: { S: order.orderId } },
    ConditionExpression: 'attribute_exists(orderId)',
    UpdateExpression: `SET orderStatus = :cancelled, cancellationReason = :reason ${countWrite}`,
    ExpressionAttributeValues: {
      ':cancelled': { S: 'cancelled' },
      ':reason': { S: order.reason },
      ...countValues(messageId),
    },
  },
});
