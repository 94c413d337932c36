import { selectEnvironment } from '../../../config/select-environment.ts';
import { topologyOf } from '../../../declaration/topology-of.ts';
import { ManagementClient } from '../../../operations/topology/management-client.ts';
import type { PlanSettings } from '../../../operations/topology/plan-against-broker.ts';
import { expandTopology } from '../../../topology/expand.ts';
import { printable } from '../../printable.ts';
import type { Project } from '../../project.ts';
import { accessFrom, type BrokerValues, brokerOptions } from '../broker-options.ts';
import { UsageError } from '../command.ts';

export const topologyOptions = {
  ...brokerOptions,
  prune: { type: 'boolean' },
  all: { type: 'boolean' },
  json: { type: 'boolean' },
  timeout: { type: 'string' },
  env: { type: 'string' },
  'user-prefix': { type: 'string' },
} as const;

interface TopologyValues extends BrokerValues {
  readonly prune?: boolean;
  readonly timeout?: string;
  readonly env?: string;
  readonly 'user-prefix'?: string;
}

/** What plan and apply need, from the command line. @throws UsageError, OperatorAccessError, InvalidTopologyError */
export function planSettings(values: TopologyValues, { app, environments }: Project): PlanSettings {
  const timeoutSeconds = Number(values.timeout ?? 60);
  if (!(timeoutSeconds >= 1 && timeoutSeconds <= 86_400))
    throw new UsageError(`--timeout is ${values.timeout}; it takes 1 to 86400 seconds`);
  const { management, vhost, passwords } = accessFrom(values);
  const topology = expandTopology(topologyOf(app), {
    vhost: vhost ?? selectEnvironment(environments, { env: values.env }).vhost,
    userPrefix: values['user-prefix'],
  });
  return {
    client: new ManagementClient(management),
    topology,
    passwords,
    prune: values.prune,
    timeoutSeconds,
    onRetry: ({ error, nextInMilliseconds }) =>
      console.error(
        printable(
          `waiting for ${management.url}: ${error.reason} (next try in ${(nextInMilliseconds / 1000).toFixed(1)} s)`,
        ),
      ),
  };
}
