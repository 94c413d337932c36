import type { Topology, User } from './model.ts';

type Access = Pick<Topology, 'users' | 'permissions' | 'topicPermissions'>;

/** End of the name of the second user of a pair. No name in a declaration may end like this. */
export const cloneSuffix = '.clone';

/**
 * The other user of a pair. A secret names one of the two in turn: its rotation gives the other one a new password and then names that one, so
 * that a login that was read before goes on working until the next rotation.
 */
export function alternateUser(user: string): string {
  return user.endsWith(cloneSuffix) ? user.slice(0, -cloneSuffix.length) : `${user}${cloneSuffix}`;
}

/** Gives every user a second one that may do the same. */
export function withAlternates({ users, permissions, topicPermissions }: Access): Access {
  const paired = <T extends { readonly user: string }>(grants: readonly T[]): T[] =>
    grants.flatMap((grant) => [grant, { ...grant, user: alternateUser(grant.user) }]);
  return {
    users: users.flatMap((user): User[] => [user, { ...user, name: alternateUser(user.name), alternateOf: user.name }]),
    permissions: paired(permissions),
    topicPermissions: paired(topicPermissions),
  };
}
