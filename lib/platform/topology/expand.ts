import { expandAccess } from './access.ts';
import type { TopologyDeclaration } from './declaration.ts';
import { delayInfrastructure } from './delay-infrastructure.ts';
import { expandConsumer } from './expand-consumer.ts';
import { scheduleBindings } from './expand-schedules.ts';
import type { Binding, Exchange, Topology } from './model.ts';
import { deadLetterExchange } from './names.ts';
import { withReturningQueues } from './returning-queues.ts';
import { terminalQueuePolicy } from './terminal-queues.ts';
import { validateDeclaration } from './validation/validate-declaration.ts';

export interface ExpandOptions {
  readonly vhost: string;
  /** Put before every user's name. Users are global to a broker: environments that share a broker need one each. @default '' */
  readonly userPrefix?: string;
}

/**
 * Everything that the broker must have for `declaration`: its exchanges and queues, the delay infrastructure, dead-letter queues, policies, users and
 * the least permissions.
 * @throws InvalidTopologyError if the declaration refers to what it does not declare. `validateTopology` checks the result further.
 */
export function expandTopology(declaration: TopologyDeclaration, { vhost, userPrefix }: ExpandOptions): Topology {
  validateDeclaration(declaration);
  const { additional = {} } = declaration;
  const delays = delayInfrastructure();
  const consumers = Object.entries(declaration.consumers).map(([name, consumer]) => expandConsumer(name, consumer));
  const policies = [
    ...consumers.flatMap((consumer) => consumer.policies),
    terminalQueuePolicy(),
    ...(additional.policies ?? []),
  ];
  const { queues, bindings } = withReturningQueues({
    policies,
    queues: [...consumers.flatMap((consumer) => consumer.queues), ...delays.queues, ...(additional.queues ?? [])],
    bindings: [
      ...exchangeBindings(declaration),
      ...consumers.flatMap((consumer) => consumer.bindings),
      ...delays.bindings,
      ...scheduleBindings(declaration),
      ...(additional.bindings ?? []),
    ],
  });
  return {
    vhost: { name: vhost },
    exchanges: [
      ...Object.entries(declaration.exchanges).map(
        ([name, { bindings: _, ...exchange }]): Exchange => ({ name, ...exchange }),
      ),
      { name: deadLetterExchange, type: 'topic' },
      ...consumers.flatMap(({ exchanges }) => exchanges),
      ...delays.exchanges,
      ...(additional.exchanges ?? []),
    ],
    queues,
    bindings,
    policies,
    ...expandAccess(declaration, { vhost, userPrefix }),
  };
}

function exchangeBindings({ exchanges }: TopologyDeclaration): Binding[] {
  return Object.entries(exchanges).flatMap(([destination, { bindings = [] }]) =>
    bindings.map(
      ({ exchange, ...binding }): Binding => ({
        source: exchange,
        destination,
        destinationType: 'exchange',
        ...binding,
      }),
    ),
  );
}
