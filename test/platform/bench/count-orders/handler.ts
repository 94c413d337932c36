import { consumer } from '../../../../lib/platform/runtime/consumer.ts';
import { orderEvent } from '../order-event.ts';

let placed = 0;

/** A business rule that costs nothing, so that what is left is what the way to it costs. */
export const handler = consumer({
  queue: 'bench',
  message: orderEvent,
  claims: 'none',
  handle: ({ body }) => {
    if (body.type === 'order.placed') placed += 1;
    return placed;
  },
});
