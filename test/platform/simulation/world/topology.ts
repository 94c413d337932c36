import { consumerQueues } from '../../../../lib/platform/topology/consumer-queues.ts';
import type { TopologyDeclaration } from '../../../../lib/platform/topology/declaration.ts';
import { expandTopology } from '../../../../lib/platform/topology/expand.ts';
import type { Topology } from '../../../../lib/platform/topology/model.ts';
import type { ConsumerPlan } from '../scenario/scenario.ts';

const known = new Map<string, Topology>();

/** What the real topology makes of the consumers: each is bound for what is sent to it and for what is sent to all. */
export function topologyOf(consumers: readonly ConsumerPlan[]): Topology {
  const declaration: TopologyDeclaration = {
    exchanges: { events: { type: 'topic' } },
    consumers: Object.fromEntries(
      consumers.map(({ name, shards, maxLength }) => [
        name,
        {
          bindings: [
            { exchange: 'events', routingKey: `to.${name}` },
            { exchange: 'events', routingKey: 'to.all' },
          ],
          ...(maxLength !== undefined && { maxLength }),
          ...(shards > 1 && { shards: { count: shards, by: { property: 'message_id' as const } } }),
        },
      ]),
    ),
    publishers: { shop: { publishes: [{ exchange: 'events', scheduled: true }] } },
  };
  const description = JSON.stringify(declaration);
  const topology = known.get(description) ?? expandTopology(declaration, { vhost: '/' });
  known.set(description, topology);
  return topology;
}

export const queuesOf = ({ name, shards }: ConsumerPlan): readonly string[] =>
  consumerQueues(name, shards > 1 ? { shards: { count: shards, by: { property: 'message_id' } } } : {});
