import { GetItemCommand, type TransactWriteItem, TransactWriteItemsCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { dynamoDb } from '#dynamodb';
import { type StartedTables, startTables } from '#testing';
import type { OrderCancelled, OrderPlaced } from '../../../functions/events.ts';
import { cancelOrder, placeOrder } from '../../../functions/fulfil-order/orders.ts';
import { tableName } from '../../../functions/table-name.ts';
import { app } from '../../../lib/app.ts';

let tables: StartedTables;
beforeAll(async () => {
  tables = await startTables(app);
}, 180_000);
afterAll(() => tables.stop());

const commit = (item: TransactWriteItem) => dynamoDb.send(new TransactWriteItemsCommand({ TransactItems: [item] }));
const row = async (orderId: string) =>
  (await dynamoDb.send(new GetItemCommand({ TableName: tableName('Orders'), Key: { orderId: { S: orderId } } }))).Item;
const placed = (orderId: string): OrderPlaced => ({
  type: 'order.placed',
  orderId,
  customerId: 'c-1',
  lines: [{ sku: 'SKU-1', quantity: 2 }],
});
const cancelled = (orderId: string): OrderCancelled => ({ type: 'order.cancelled', orderId, reason: 'too late' });

describe('the row of an order', () => {
  it('holds what was ordered, and by which message', async () => {
    await commit(placeOrder(placed('o-1'), 'message-1'));
    expect(await row('o-1')).toEqual({
      orderId: { S: 'o-1' },
      customerId: { S: 'c-1' },
      orderLines: { L: [{ M: { sku: { S: 'SKU-1' }, quantity: { N: '2' } } }] },
      orderStatus: { S: 'placed' },
      writes: { N: '1' },
      writtenBy: { SS: ['message-1'] },
    });
  });

  it('is marked when the order is cancelled, and stays so when an order of the same id comes late', async () => {
    await commit(placeOrder(placed('o-2'), 'message-1'));
    await commit(cancelOrder(cancelled('o-2'), 'message-2'));
    await commit(placeOrder(placed('o-2'), 'message-3'));
    expect(await row('o-2')).toMatchObject({
      orderStatus: { S: 'cancelled' },
      cancellationReason: { S: 'too late' },
      writes: { N: '3' },
      writtenBy: { SS: expect.arrayContaining(['message-1', 'message-2', 'message-3']) },
    });
  });

  it('is not made by a cancellation that came first', async () => {
    await expect(commit(cancelOrder(cancelled('o-3'), 'message-1'))).rejects.toMatchObject({
      name: 'TransactionCanceledException',
    });
    expect(await row('o-3')).toBeUndefined();
  });

  it('shows when one message wrote twice', async () => {
    await commit(placeOrder(placed('o-4'), 'message-1'));
    await commit(placeOrder(placed('o-4'), 'message-1'));
    expect(await row('o-4')).toMatchObject({ writes: { N: '2' }, writtenBy: { SS: ['message-1'] } });
  });

  it('needs the stack to name the table', async () => {
    const { TABLE_ORDERS } = process.env;
    delete process.env.TABLE_ORDERS;
    expect(() => placeOrder(placed('o-5'), 'message-1')).toThrow('environment variable TABLE_ORDERS is not set');
    Object.assign(process.env, { TABLE_ORDERS });
  });
});
