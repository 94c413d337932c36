import { application } from '#app';

/**
 * What the application is. Everything on the broker and on AWS follows from it: to add a consumer, add it here and write
 * `functions/<name>/handler.ts`. Where it runs is in `environments.ts`.
 */
export const app = application({
  name: 'events',

  exchanges: {
    /** Routing key = type of the event. */
    events: { type: 'topic' },
  },

  tables: {
    Orders: { partitionKey: 'orderId' },
    Deliveries: { partitionKey: 'idempotencyKey' },
    AuditLog: { partitionKey: 'messageId' },
  },

  consumers: {
    'fulfil-order': {
      on: { events: ['order.placed', 'order.cancelled'] },
      tables: { Orders: ['UpdateItem'] },
    },
    'send-welcome': {
      on: { events: ['user.registered'] },
      tables: { Deliveries: ['UpdateItem'] },
    },
    'audit-log': {
      on: { events: ['#'] },
      tables: { AuditLog: ['UpdateItem'] },
    },
  },

  publishers: {
    publisher: { publishes: [{ exchange: 'events', scheduled: true }] },
  },

  outbox: { publishes: [{ exchange: 'events', scheduled: true }] },

  httpApi: { exchange: 'events' },
});
