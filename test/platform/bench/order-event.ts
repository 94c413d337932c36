import * as z from 'zod/mini';

const orderId = z.string().check(z.minLength(1), z.maxLength(64));

const orderPlaced = z.object({
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

const orderCancelled = z.object({
  type: z.literal('order.cancelled'),
  orderId,
  reason: z.string().check(z.maxLength(500)),
});

/** What is measured is parsed by a schema like those that people write. Whoever changes it or orders.csv can't compare with earlier results any more. */
export const orderEvent = z.discriminatedUnion('type', [orderPlaced, orderCancelled]);

export type OrderEvent = z.infer<typeof orderEvent>;
