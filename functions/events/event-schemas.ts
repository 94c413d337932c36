import { orderCancelled, orderPlaced } from './order-events.ts';
import { userRegistered } from './user-events.ts';

/** Every event that may be published over HTTP, by its type, with the schema of its body. Add yours here. */
export const eventSchemas = {
  'order.placed': orderPlaced,
  'order.cancelled': orderCancelled,
  'user.registered': userRegistered,
};
