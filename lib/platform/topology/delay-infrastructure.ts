import { delayLevels } from '../config/message-limits.ts';
import { afterDelayLevel, delayDestinationBindingKey, delayLevelBindingKey } from './delay.ts';
import type { Binding, Exchange, Queue, Topology } from './model.ts';
import { delayDeliveryExchange, delayLevel, delayParkingExchange, delayParkingQueue } from './names.ts';

const levels = Array.from({ length: delayLevels }, (_, index) => delayLevels - 1 - index);

/** Regular expression, without anchors, of the names of all level exchanges and queues. */
export const delayLevelPattern = 'delay\\.level-[0-9]{2}';

/**
 * The exchanges and queues through which every delayed message of a virtual host passes, whatever the number of destinations.
 *
 * The queues' settings are arguments on purpose: they never change, and arguments win over (or limit) whatever policy happens to match.
 * At-least-once dead-lettering needs `reject-publish` and keeps a copy through a restart of the broker between two levels. It also holds 32
 * messages at a time and tries an unroutable one only every 180 s, hence the alternate exchange to a parking-lot queue at the end.
 */
export function delayInfrastructure(): Pick<Topology, 'exchanges' | 'queues' | 'bindings'> {
  const exchanges: Exchange[] = [
    ...levels.map((level): Exchange => ({ name: delayLevel(level), type: 'topic' })),
    { name: delayDeliveryExchange, type: 'topic', arguments: { 'alternate-exchange': delayParkingExchange } },
    { name: delayParkingExchange, type: 'fanout' },
  ];
  const queues: Queue[] = [
    ...levels.map(
      (level): Queue => ({
        name: delayLevel(level),
        arguments: {
          'x-message-ttl': 2 ** level * 1000,
          'x-dead-letter-exchange': afterDelayLevel(level),
          'x-dead-letter-strategy': 'at-least-once',
          'x-overflow': 'reject-publish',
        },
      }),
    ),
    { name: delayParkingQueue },
  ];
  const bindings = levels.flatMap((level): Binding[] => [
    { source: delayLevel(level), destination: delayLevel(level), routingKey: delayLevelBindingKey(level, '1') },
    {
      source: delayLevel(level),
      destination: afterDelayLevel(level),
      destinationType: 'exchange',
      routingKey: delayLevelBindingKey(level, '0'),
    },
  ]);
  return {
    exchanges,
    queues,
    bindings: [...bindings, { source: delayParkingExchange, destination: delayParkingQueue }],
  };
}

/** Lets delayed messages reach `queue`. */
export function delayDestination(queue: string): Binding {
  return { source: delayDeliveryExchange, destination: queue, routingKey: delayDestinationBindingKey(queue) };
}
