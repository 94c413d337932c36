// A declaration applied to a virtual host of its own, for acceptance tests. Users get a random prefix, because they are global to a broker.

import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll } from '@jest/globals';
import { applyTopology } from '../../../lib/platform/operations/topology/apply.ts';
import { ManagementClient } from '../../../lib/platform/operations/topology/management-client.ts';
import type { TopologyDeclaration } from '../../../lib/platform/topology/declaration.ts';
import { expandTopology } from '../../../lib/platform/topology/expand.ts';
import type { Topology } from '../../../lib/platform/topology/model.ts';
import type { BrokerAddress, VhostMaker } from './test-broker.ts';

export interface AppliedTopology {
  readonly vhost: string;
  readonly client: ManagementClient;
  readonly topology: Topology;
  readonly userPrefix: string;
  readonly passwords: Readonly<Record<string, string>>;
  /** AMQP address with the credentials of `user` (without prefix), or of the administrator. */
  amqpUrl(user?: string): string;
}

const leftovers: { client: ManagementClient; users: readonly string[] }[] = [];

afterAll(async () => {
  for (const { client, users } of leftovers.splice(0)) {
    for (const user of users) await client.delete(['users', user]);
    client.close();
  }
}, 180_000);

export function managementClient(broker: BrokerAddress): ManagementClient {
  const url = `https://localhost:${broker.managementPort}`;
  return new ManagementClient({ url, ...broker.admin, ca: readFileSync(broker.caFile, 'utf8') });
}

/** A password for each user of the topology. Users on the runner's broker are deleted at the end of the file; another one goes with them. */
export function passwordsFor(
  broker: BrokerAddress,
  client: ManagementClient,
  { users }: Topology,
): Record<string, string> {
  const ofRunner = process.env.TEST_BROKERS !== undefined && !('restart' in broker);
  leftovers.push({ client, users: ofRunner ? users.map(({ name }) => name) : [] });
  return Object.fromEntries(users.map(({ name }) => [name, randomBytes(12).toString('hex')]));
}

export async function applied(
  broker: BrokerAddress & VhostMaker,
  declaration: TopologyDeclaration,
): Promise<AppliedTopology> {
  const { name: vhost } = await broker.vhost();
  const client = managementClient(broker);
  const userPrefix = `t${randomBytes(4).toString('hex')}-`;
  const topology = expandTopology(declaration, { vhost, userPrefix });
  const passwords = passwordsFor(broker, client, topology);
  await applyTopology({ client, topology, passwords, timeoutSeconds: 30 });
  return {
    vhost,
    client,
    topology,
    userPrefix,
    passwords,
    amqpUrl: (user) => {
      const name = user === undefined ? broker.admin.username : `${userPrefix}${user}`;
      const password = user === undefined ? broker.admin.password : passwords[name];
      return `amqp://${name}:${password}@localhost:${broker.amqpPort}/${encodeURIComponent(vhost)}`;
    },
  };
}
