import type { TopologyDeclaration } from './platform/topology/declaration.ts';

/**
 * The one place that says what flows where. Everything on the broker follows from it, and so do the event source mappings,
 * alarms and dashboards: add a consumer here, add `functions/<name>/handler.ts`, deploy.
 */
export const declaration: TopologyDeclaration = {
  exchanges: {
    /** Routing key = type of the event. */
    events: { type: 'topic' },
  },
  consumers: {
    'fulfil-order': {
      bindings: [
        { exchange: 'events', routingKey: 'order.placed' },
        { exchange: 'events', routingKey: 'order.cancelled' },
      ],
    },
    'send-welcome': { bindings: [{ exchange: 'events', routingKey: 'user.registered' }] },
    'audit-log': { bindings: [{ exchange: 'events', routingKey: '#' }] },
  },
  publishers: {
    /** Publishes what is in the outbox; without it there is none. */
    'outbox-relay': { publishes: [{ exchange: 'events', scheduled: true }] },
    publisher: {
      publishes: [{ exchange: 'events', scheduled: true }],
    },
    /** The HTTP API; without it there is none. */
    ingest: { publishes: [{ exchange: 'events' }] },
  },
};
