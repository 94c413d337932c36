import { describe, expect, it } from '@jest/globals';
import type { BrokerSettings } from '../../../lib/platform/config/broker-settings.ts';
import { budgetProblems, connectionLimit, describeBudget } from '../../../lib/platform/config/connection-budget.ts';
import { environments } from '../application/environments.ts';

const broker = (change: Partial<BrokerSettings>): BrokerSettings => {
  const dev = environments.find(({ name }) => name === 'dev');
  if (dev === undefined) throw new Error('no environment dev');
  return { ...dev.broker, ...change };
};

describe('the connections that a broker takes', () => {
  it.each<[string, Partial<BrokerSettings>, number | undefined]>([
    ['of a single instance are its own', {}, 100],
    ['of a larger one are more', { instanceType: 'mq.m7g.large' }, 1500],
    [
      'of a cluster are those of two nodes, since one may be away',
      { instanceType: 'mq.m7g.large', deploymentMode: 'CLUSTER_MULTI_AZ' },
      1000,
    ],
    ['are what is configured', { configuration: { maxConnectionsPerNode: 250 } }, 250],
    ['of RabbitMQ 3.13 are the maximum, which cannot be configured', { engineVersion: '3.13' }, 300],
    ['of a family without published defaults are unknown', { instanceType: 'mq.m5.large' }, undefined],
  ])('%s', (_, change, limit) => {
    expect(connectionLimit(broker(change))).toBe(limit);
  });
});

describe('a budget', () => {
  const uses = [
    { name: 'mapping of a', connections: 1 },
    { name: 'function a', connections: 99 },
  ];

  it('is kept while all of them fit', () => {
    expect(budgetProblems(uses, 100)).toEqual([]);
    expect(budgetProblems(uses, undefined)).toEqual([]);
  });

  it('is exceeded by one too many, and says by whom', () => {
    expect(budgetProblems([...uses, { name: 'function b', connections: 1 }], 100)).toEqual([
      'mappings, functions and publishers may open 101 connections; the broker takes 100 (with one node of a cluster away): mapping of a 1, function a 99, function b 1. Reserve less concurrency, run fewer tasks, raise broker.configuration.maxConnectionsPerNode or take a larger broker.instanceType',
    ]);
  });

  it('shows who has no limit', () => {
    expect(describeBudget([...uses, { name: 'function ingest' }], 100)).toBe(
      '100 of 100 connections: mapping of a 1, function a 99; without a limit of their own: function ingest',
    );
  });
});
