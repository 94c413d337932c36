import * as z from 'zod/mini';

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
