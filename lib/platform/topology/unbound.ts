import type { Binding, Topology } from './model.ts';
import { matchesTopic } from './patterns.ts';

/**
 * Routing keys that no queue gets, whichever of these exchanges they are published to. What depends on more than the routing key counts as bound: a headers exchange that has
 * bindings, an alternate exchange.
 */
export const unboundKeys = (
  topology: Topology,
  { exchanges, keys }: { readonly exchanges: readonly string[]; readonly keys: readonly string[] },
): string[] => keys.filter((key) => !exchanges.some((exchange) => reachesQueue(topology, exchange, key)));

const reachesQueue = (topology: Topology, exchange: string, key: string): boolean => {
  const types = new Map(topology.exchanges.map(({ name, type }) => [name, type]));
  const bySource = Map.groupBy(topology.bindings, ({ source }) => source);
  const reached = [exchange];
  // The list grows while it is gone through.
  for (const source of reached) {
    if (hasAlternate(topology, source)) return true;
    for (const binding of bySource.get(source) ?? []) {
      if (!matches(types.get(source), binding, key)) continue;
      if (binding.destinationType !== 'exchange') return true;
      if (!reached.includes(binding.destination)) reached.push(binding.destination);
    }
  }
  return false;
};

const hasAlternate = ({ exchanges, policies }: Topology, name: string): boolean =>
  exchanges.some((exchange) => exchange.name === name && exchange.arguments?.['alternate-exchange'] !== undefined) ||
  policies.some(
    ({ applyTo, definition, pattern }) =>
      (applyTo === 'exchanges' || applyTo === 'all') &&
      definition['alternate-exchange'] !== undefined &&
      new RegExp(pattern, 'u').test(name),
  );

const matches = (type: string | undefined, { routingKey = '' }: Binding, key: string): boolean => {
  if (type === 'topic') return matchesTopic([routingKey], key);
  return type === 'direct' ? routingKey === key : true;
};
