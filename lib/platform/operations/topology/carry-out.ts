import { randomBytes } from 'node:crypto';
import type { ChangeOf, Kind, TopologyChange } from '../../topology/change.ts';
import type { Topology } from '../../topology/model.ts';
import { deleteQueueIfEmpty } from './delete-queue.ts';
import type { ManagementClient } from './management-client.ts';
import { type RetryOptions, retrying } from './retry.ts';
import { createUser, deleteBinding, updateUser, writers } from './write.ts';

export interface CarryOutContext {
  readonly client: ManagementClient;
  readonly topology: Topology;
  readonly passwords: Readonly<Record<string, string>>;
  readonly retry: RetryOptions;
}

export type Carried = 'done' | { readonly keptBecause: string };

/** A broker that answered a moment ago is back soon, or what it answers 500 to is not going to pass. */
const longestRetryMilliseconds = 60_000;

/** Makes one change on the broker. @throws ManagementError */
export async function carryOut(change: TopologyChange, { retry, ...rest }: CarryOutContext): Promise<Carried> {
  const deadline = Math.min(retry.deadline, Date.now() + longestRetryMilliseconds);
  const context: CarryOutContext = { ...rest, retry: { ...retry, deadline } };
  if (change.action === 'delete') return remove(change, context);
  if (change.kind === 'user') await retrying(() => writeUser(change, context), context.retry);
  else await retrying(() => write(change, context), context.retry);
  return 'done';
}

async function write<K extends Exclude<Kind, 'user'>>(
  change: ChangeOf<K>,
  { client, topology }: CarryOutContext,
): Promise<void> {
  if (change.action !== 'create' && change.action !== 'update') return;
  await writers[change.kind](client, topology.vhost.name, change.desired);
}

async function writeUser(change: ChangeOf<'user'>, { client, passwords }: CarryOutContext): Promise<void> {
  const password = passwords[change.name];
  if (change.action === 'update') return updateUser(client, change, password);
  if (change.action !== 'create') return;
  await createUser(client, change.desired, password ?? unknownPassword());
}

/** For a user whose turn has not come: its rotation will give it one. Of letters and digits, which every broker takes. */
function unknownPassword(): string {
  return randomBytes(32).toString('hex');
}

type Deletion = Extract<TopologyChange, { action: 'delete' }>;

async function remove(change: Deletion, { client, topology, retry }: CarryOutContext): Promise<Carried> {
  const vhost = topology.vhost.name;
  const deleted = async (request: () => Promise<void>): Promise<Carried> => {
    await retrying(request, retry);
    return 'done';
  };
  switch (change.kind) {
    case 'vhost':
      return { keptBecause: 'virtual hosts are never deleted' };
    case 'exchange':
      return deleted(() => client.delete(['exchanges', vhost, change.actual.name]));
    case 'policy':
      return deleted(() => client.delete(['policies', vhost, change.actual.name]));
    case 'binding':
      return deleted(() => deleteBinding(client, vhost, change.actual));
    case 'user':
      return deleted(() => client.delete(['users', change.actual.name]));
    case 'permission':
      return deleted(() => client.delete(['permissions', vhost, change.actual.user]));
    case 'queue': {
      const outcome = await deleteQueueIfEmpty(client, vhost, change.actual, retry);
      return outcome === 'deleted' ? 'done' : outcome;
    }
    case 'topicPermission': {
      // The API can only take all topic permissions of a user away, so those that he is to keep are given again.
      const { user } = change.actual;
      const others = topology.topicPermissions.filter((permission) => permission.user === user);
      await retrying(() => client.delete(['topic-permissions', vhost, user]), retry);
      for (const permission of others) await retrying(() => writers.topicPermission(client, vhost, permission), retry);
      return 'done';
    }
  }
}
