import * as z from 'zod/mini';
import { event } from '#events';

const orderId = z.string().check(z.minLength(1), z.maxLength(64));

export const orderPlaced = z.object({
  type: z.literal('order.placed'),
  orderId,
  customerId: z.string().check(z.minLength(1)),
  lines: z
    .array(
      z.object({
        sku: z.string().check(z.minLength(1), z.maxLength(64)),
        quantity: z.int().check(z.minimum(1), z.maximum(10_000)),
      }),
    )
    .check(z.minLength(1), z.maxLength(100)),
});

export const orderCancelled = z.object({
  type: z.literal('order.cancelled'),
  orderId,
  reason: z.string().check(z.maxLength(500)),
});

/** Bodies of the messages that carry the routing keys `order.placed` and `order.cancelled`. */
export const orderEvent = z.discriminatedUnion('type', [orderPlaced, orderCancelled]);

export type OrderPlaced = z.infer<typeof orderPlaced>;
export type OrderCancelled = z.infer<typeof orderCancelled>;
export type OrderEvent = z.infer<typeof orderEvent>;

/**
 * Body of the messages that carry the routing key `user.registered`. Whether an address can be delivered to is for the
 * provider to say, so the schema asks for text only.
 */
export const userRegistered = z.object({
  type: z.literal('user.registered'),
  userId: z.string().check(z.minLength(1), z.maxLength(64)),
  email: z.string().check(z.minLength(1), z.maxLength(320)),
  /** E.164, for example `+14155550100`; absent when the user gave none. */
  phone: z.optional(z.string().check(z.minLength(1), z.maxLength(32))),
});

export type UserRegistered = z.infer<typeof userRegistered>;

/**
 * Every event of the application, by its type. May be published over HTTP, and is what `npm start`, `npm run demo` and tests take examples from. Add yours here. The demo
 * publishes them in this order, about `order-1`, `order-2` and so on: what is cancelled has been placed before.
 */
export const events = {
  'order.placed': event({
    schema: orderPlaced,
    example: {
      type: 'order.placed',
      orderId: 'order-1',
      customerId: 'customer-1',
      lines: [{ sku: 'SKU-1', quantity: 2 }],
    },
  }),
  'order.cancelled': event({
    schema: orderCancelled,
    example: { type: 'order.cancelled', orderId: 'order-1', reason: 'changed my mind' },
  }),
  'user.registered': event({
    schema: userRegistered,
    example: { type: 'user.registered', userId: 'user-1', email: 'somebody@example.com', phone: '+14155550100' },
  }),
};
