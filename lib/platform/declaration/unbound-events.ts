import { expandTopology } from '../topology/expand.ts';
import { unboundKeys } from '../topology/unbound.ts';
import type { Application } from './application.ts';
import { topologyOf } from './topology-of.ts';

export interface UnboundEvent {
  readonly type: string;
  /** With the line to add. */
  readonly warning: string;
}

/**
 * A warning for each event that is declared and that nobody gets, on whichever exchange it is published.
 *
 * @param types of the events
 */
export const unboundEvents = (app: Application, types: readonly string[]): UnboundEvent[] => {
  const declaration = topologyOf(app);
  const additional = declaration.additional?.exchanges ?? [];
  const exchanges = [...Object.keys(app.exchanges), ...additional.map(({ name }) => name)];
  const [exchange = 'events'] = Object.keys(app.exchanges);
  return unboundKeys(expandTopology(declaration, { vhost: '/' }), { exchanges, keys: types }).map((type) => ({
    type,
    warning: `functions/events.ts declares '${type}', and no consumer in lib/app.ts gets it: published, it would be returned as unroutable. To a consumer that is to get it, add on: { ${exchange}: ['${type}'] }`,
  }));
};
