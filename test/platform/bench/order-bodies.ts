import { readFileSync } from 'node:fs';
import type { OrderEvent } from './order-event.ts';

const [, ...rows] = readFileSync(new URL('./orders.csv', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n');

/** 1,000 orders as JSON, 111 to 115 bytes each. */
export const orderBodies: readonly Buffer[] = rows.map((row) => {
  const [order, customer, sku, quantity] = row.split(',');
  const placed: OrderEvent = {
    type: 'order.placed',
    orderId: `order-${order}`,
    customerId: `customer-${customer}`,
    lines: [{ sku: `SKU-${sku}`, quantity: Number(quantity) }],
  };
  return Buffer.from(JSON.stringify(placed));
});
