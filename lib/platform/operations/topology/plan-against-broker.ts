import type { TopologyChange } from '../../topology/change.ts';
import type { Topology } from '../../topology/model.ts';
import { planTopology } from '../../topology/plan.ts';
import type { Pruning } from '../../topology/pruning.ts';
import { validateTopology } from '../../topology/validation/validate-topology.ts';
import type { ManagementClient } from './management-client.ts';
import { readTopology } from './read.ts';
import { type RetryNotice, type RetryOptions, retrying } from './retry.ts';
import { type BrokerOverview, waitForBroker } from './wait-for-broker.ts';

export interface PlanSettings {
  readonly client: ManagementClient;
  readonly topology: Topology;
  /** By user. Needed for users that don't exist yet; an existing user's password is set only where it differs. @default {} */
  readonly passwords?: Readonly<Record<string, string>>;
  /** Delete what the virtual host has and the topology has not, or bindings only; queues only if they are empty and unread. @default false */
  readonly prune?: Pruning;
  /** How long to wait for a broker that is not ready, and to repeat what fails for the moment. @default 300 */
  readonly timeoutSeconds?: number;
  /** Told before each wait. */
  readonly onRetry?: (notice: RetryNotice) => void;
  readonly signal?: AbortSignal;
}

export interface BrokerPlan {
  readonly version: string;
  readonly plan: readonly TopologyChange[];
}

/**
 * Waits for the broker, reads what it has and says what would have to change. Changes nothing.
 * @throws InvalidTopologyError, BrokerNotReadyError, ManagementError
 */
export async function planAgainstBroker(settings: PlanSettings): Promise<BrokerPlan> {
  const { client, topology, passwords, prune } = settings;
  validateTopology(topology);
  const retry = retryOptions(settings);
  const overview: BrokerOverview = await waitForBroker(client, retry);
  const actual = await retrying(() => readTopology(client, topology.vhost.name), retry);
  return { version: overview.rabbitmq_version, plan: planTopology(topology, actual, { prune, passwords }) };
}

export function retryOptions({ timeoutSeconds = 300, onRetry, signal }: PlanSettings): RetryOptions {
  return { deadline: Date.now() + timeoutSeconds * 1000, onRetry, signal };
}
