import { effectiveLimits } from './broker-limits.ts';
import type { BrokerSettings } from './broker-settings.ts';
import type { Problem } from './limits.ts';

/** Somebody who may connect to the broker. */
export interface ConnectionUse {
  readonly name: string;
  /** Connections at most. @default no limit of its own, or none that is known here */
  readonly connections?: number;
}

/**
 * Connections that the broker takes with one node of a cluster away, as happens in every maintenance window; `undefined` where Amazon MQ's limit for the
 * instance type is not known.
 */
export const connectionLimit = (broker: BrokerSettings): number | undefined => {
  const perNode = effectiveLimits(broker)?.connections;
  if (perNode === undefined) return undefined;
  return broker.deploymentMode === 'CLUSTER_MULTI_AZ' ? perNode * 2 : perNode;
};

const sum = (uses: readonly ConnectionUse[]): number =>
  uses.reduce((total, { connections = 0 }) => total + connections, 0);

const list = (uses: readonly ConnectionUse[]): string =>
  uses.map(({ name, connections }) => (connections === undefined ? name : `${name} ${connections}`)).join(', ');

/** `7 of 100 connections: mapping of a 1, function a 1; without a limit of their own: function ingest`. */
export const describeBudget = (uses: readonly ConnectionUse[], limit: number | undefined): string => {
  const limited = uses.filter(({ connections }) => connections !== undefined);
  const unlimited = uses.filter(({ connections }) => connections === undefined);
  return [
    `${sum(limited)} of ${limit ?? 'unknown'} connections: ${list(limited)}`,
    ...(unlimited.length > 0 ? [`without a limit of their own: ${list(unlimited)}`] : []),
  ].join('; ');
};

/** What is wrong when all connect at once. */
export const budgetProblems = (uses: readonly ConnectionUse[], limit: number | undefined): readonly Problem[] => {
  const used = sum(uses);
  return limit !== undefined && used > limit
    ? [
        `mappings, functions and publishers may open ${used} connections; the broker takes ${limit} (with one node of a cluster away): ${list(uses)}. Reserve less concurrency, run fewer tasks, raise broker.configuration.maxConnectionsPerNode or take a larger broker.instanceType`,
      ]
    : [];
};
