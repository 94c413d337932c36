import { consumer } from '#consumer';
import { orderEvent } from '../events.ts';
import { cancelOrder, placeOrder } from './orders.ts';
import { reserveStock } from './warehouse.ts';

/** Keeps one row per order. The row and the claim of the message are written in one transaction: exactly once. */
export const handler = consumer({
  queue: 'fulfil-order',
  message: orderEvent,
  orderBy: ({ body }) => body.orderId,
  handle: async ({ id, body }, { signal, transact }) => {
    if (body.type === 'order.cancelled') {
      await transact([cancelOrder(body, id)]);
      return;
    }
    await reserveStock(body, { signal, idempotencyKey: id });
    await transact([placeOrder(body, id)]);
  },
});
