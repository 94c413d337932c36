import type { Application } from '../declaration/application.ts';
import { topologyOf } from '../declaration/topology-of.ts';
import { type Destination, receivers } from '../topology/receivers.ts';

/**
 * Names of the consumers that get an event which is published to an exchange under a routing key, which is the event's type unless its publisher chooses
 * another. `additional` objects do not count.
 *
 * @example
 * expect(receiversOf(app, { exchange: 'events', routingKey: 'order.placed' })).toContain('fulfil-order');
 *
 * @throws Error for an exchange that is not declared, and for a headers exchange, which looks at more than the routing key
 */
export const receiversOf = (app: Application, destination: Destination): string[] =>
  receivers(topologyOf(app), destination);
