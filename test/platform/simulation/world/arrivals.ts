import type { DelayWatch } from '../checks/delays.ts';
import { isTerminal } from '../checks/invariants.ts';
import type { OrderWatch } from '../checks/order.ts';
import type { Settled } from '../checks/settled.ts';
import type { BrokerEvents } from '../rabbitmq/simulated-broker.ts';
import type { MessagePlan } from '../scenario/scenario.ts';
import type { Story } from '../story.ts';

export interface ArrivalWorld {
  readonly plans: ReadonlyMap<string, MessagePlan>;
  readonly settled: Settled;
  readonly delays: DelayWatch;
  readonly order: OrderWatch;
  readonly story: Story;
}

/** Who is told when a message comes into a queue, or vanishes. */
export const arrivalsIn = ({ plans, settled, delays, order, story }: ArrivalWorld): BrokerEvents => ({
  arrived: (queue, message) => {
    const id = String(message.properties.messageId);
    if (isTerminal(queue)) {
      settled.buried(queue, id);
      story.tell(
        () => `${id} is in ${queue}: ${message.headers['x-dead-letter-reason'] ?? message.deaths[0]?.reason}.`,
      );
    } else if (!queue.startsWith('delay.')) {
      const attempt = message.headers['x-attempt'];
      story.tell(() => `${id} comes into ${queue}${attempt ? `, attempt ${attempt}` : ''}.`);
      delays.arrived(queue, message);
      const planned = plans.get(id);
      if (planned && !planned.flaw) order.arrived(queue, id, planned.key);
    }
  },
  dropped: (queue, message, why) =>
    story.tell(() => `The broker drops ${message.properties.messageId} from ${queue}: ${why}.`),
});
