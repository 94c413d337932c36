import type { ActualTopology, ActualUser } from './actual.ts';
import type { Actual, ChangeOf, Desired, Difference, Kind, TopologyChange } from './change.ts';
import { comparisons, differences } from './comparison.ts';
import type { Topology } from './model.ts';
import { passwordMatches } from './password-hash.ts';
import { type Pruning, reasonsToKeep } from './pruning.ts';
import { strandedQueues } from './stranded-queues.ts';
import { ownershipTag } from './users.ts';

export interface PlanOptions {
  /** Plan to delete what the virtual host has and the topology has not, or bindings only. Never a queue with messages, never what others made. @default false */
  readonly prune?: Pruning;
  /** By user. An existing user's password is set only where it differs; one that is not given stays as it is. */
  readonly passwords?: Readonly<Record<string, string>>;
}

/** What must happen for the broker to have `desired`: one change for each object, unchanged ones included. */
export function planTopology(
  desired: Topology,
  actual: ActualTopology,
  { prune = false, passwords = {} }: PlanOptions = {},
): TopologyChange[] {
  const vhost = desired.vhost.name;
  const keep = reasonsToKeep(desired, actual, prune);
  const stranded = strandedQueues(desired, actual);
  const concerned = usersOf(desired, actual);
  const ours = actual.vhosts.filter(({ name }) => name === vhost);
  return [
    ...planKind('vhost', [desired.vhost], ours, keep.vhost),
    ...planKind(
      'user',
      desired.users,
      actual.users.filter(({ name }) => concerned.has(name)),
      keep.user,
    ).map((change) => refineUser(change, ownershipTag(vhost), passwords)),
    ...planKind(
      'topicPermission',
      desired.topicPermissions,
      actual.topicPermissions.filter(({ user }) => concerned.has(user)),
      keep.topicPermission,
    ),
    ...planKind(
      'permission',
      desired.permissions,
      actual.permissions.filter(({ user }) => concerned.has(user)),
      keep.permission,
    ),
    ...planKind('exchange', desired.exchanges, actual.exchanges, keep.exchange),
    ...planKind('policy', desired.policies, actual.policies, keep.policy),
    ...planKind('queue', desired.queues, actual.queues, keep.queue).map((change) => refuseStranding(change, stranded)),
    ...planKind('binding', desired.bindings, actual.bindings, keep.binding),
  ];
}

function planKind<K extends Kind>(
  kind: K,
  desired: readonly Desired<K>[],
  actual: readonly Actual<K>[],
  reasonToKeep: (object: Actual<K>) => string | undefined,
): ChangeOf<K>[] {
  const { name, fixed, changeable } = comparisons[kind];
  const existing = new Map(actual.map((object) => [name(object), object]));
  const changes = desired.map((wanted): ChangeOf<K> => {
    const identity = { kind, name: name(wanted) };
    const found = existing.get(identity.name);
    if (!found) return { ...identity, action: 'create', desired: wanted };
    existing.delete(identity.name);
    const pair = { ...identity, desired: wanted, actual: found };
    const immutable = differences(fixed(found), fixed(wanted));
    if (immutable.length > 0)
      return { ...pair, action: 'conflict', differences: immutable, reason: replaceByHand(kind) };
    const mutable = differences(changeable(found), changeable(wanted));
    return mutable.length > 0 ? { ...pair, action: 'update', differences: mutable } : { ...pair, action: 'unchanged' };
  });
  const undeclared = [...existing.values()].map((object): ChangeOf<K> => {
    const identity = { kind, name: name(object), actual: object };
    const reason = reasonToKeep(object);
    return reason === undefined ? { ...identity, action: 'delete' } : { ...identity, action: 'keep', reason };
  });
  return [...changes, ...undeclared];
}

function replaceByHand(kind: Kind): string {
  return kind === 'queue'
    ? 'a queue cannot be changed in place: declare the new one under another name and let this one run empty, or delete it yourself when it is empty'
    : `an ${kind} cannot be changed in place: declare the new one under another name, or delete it yourself, with its bindings, and apply again`;
}

function refuseStranding(change: ChangeOf<'queue'>, stranded: ReadonlyMap<string, string>): ChangeOf<'queue'> {
  const reason = stranded.get(change.name);
  if (reason === undefined || (change.action !== 'delete' && change.action !== 'keep')) return change;
  return { kind: 'queue', name: change.name, action: 'refuse', actual: change.actual, reason };
}

/** Declared ones and those that this topology made before. Other users of the broker, and what they may, are none of its business. */
function usersOf({ users, vhost }: Topology, actual: ActualTopology): Set<string> {
  const made = actual.users.filter(({ tags }) => tags.includes(ownershipTag(vhost.name)));
  return new Set([...users, ...made].map(({ name }) => name));
}

/** A user is taken over only if a topology of this virtual host made it; otherwise somebody's rights and password would change under him. */
function refineUser(
  change: ChangeOf<'user'>,
  tag: string,
  passwords: Readonly<Record<string, string>>,
): ChangeOf<'user'> {
  if (change.action !== 'update' && change.action !== 'unchanged') return change;
  const { kind, name, desired, actual } = change;
  const found: Difference[] = change.action === 'update' ? [...change.differences] : [];
  if (!actual.tags.includes(tag)) {
    const reason = `the broker has a user of that name which this topology did not make (no tag ${tag}): rename it here, or set userPrefix`;
    return { kind, name, action: 'conflict', desired, actual, differences: found, reason };
  }
  const password = passwords[name];
  if (password !== undefined && !hasPassword(actual, password)) {
    found.push({ property: 'password', actual: 'another one', desired: 'the one given' });
  }
  return found.length > 0 ? { kind, name, action: 'update', desired, actual, differences: found } : change;
}

function hasPassword({ passwordHash, hashingAlgorithm }: ActualUser, password: string): boolean {
  if (passwordHash === undefined || hashingAlgorithm === undefined) return false;
  return passwordMatches(password, passwordHash, hashingAlgorithm) ?? false;
}
