import type { ResourceLimits } from './broker-limits.ts';
import type { Problem } from './limits.ts';

/** What a topology needs of a broker. */
export interface Demand {
  readonly queues: number;
  readonly exchanges: number;
}

/** Where a topology asks for more than the broker takes: Amazon MQ would refuse the last of its queues, in the middle of a deployment. */
export const capacityProblems = (demand: Demand, limits: ResourceLimits | undefined): readonly Problem[] =>
  (['queues', 'exchanges'] as const).flatMap((kind) =>
    limits !== undefined && demand[kind] > limits[kind]
      ? [
          `the topology has ${demand[kind]} ${kind}; the broker takes ${limits[kind]}: raise broker.configuration.${kind === 'queues' ? 'maxQueues' : 'maxExchanges'} or take a larger broker.instanceType`,
        ]
      : [],
  );
