import type { Topology } from '../model.ts';
import { nothing } from '../patterns.ts';
import { compile } from '../policy-matching.ts';

/** Permissions that belong to nobody, can't be read, or permit nothing that exists. */
export function* accessProblems(topology: Topology): Iterable<string> {
  const users = new Set(topology.users.map(({ name }) => name));
  const resources = [...topology.exchanges, ...topology.queues].map(({ name }) => name);
  const types = new Map(topology.exchanges.map(({ name, type }) => [name, type]));

  for (const permission of topology.permissions) {
    const owner = `permission of user '${permission.user}'`;
    if (!users.has(permission.user)) yield `${owner}: the user is not declared: declare it or remove the permission`;
    for (const operation of ['configure', 'write', 'read'] as const) {
      const pattern = permission[operation];
      const expression = compile(pattern);
      if (!expression) {
        yield `${owner}: ${operation} pattern '${pattern}' is not a regular expression: correct it`;
      } else if (pattern !== nothing && pattern !== '' && !resources.some((name) => expression.test(name))) {
        yield `${owner}: ${operation} pattern '${pattern}' matches no declared exchange or queue: correct it, or take '${nothing}' for nothing`;
      }
    }
  }

  for (const permission of topology.topicPermissions) {
    const owner = `topic permission of user '${permission.user}' on exchange '${permission.exchange}'`;
    if (!users.has(permission.user)) yield `${owner}: the user is not declared: declare it or remove the permission`;
    const type = types.get(permission.exchange);
    if (type !== 'topic') {
      yield type === undefined
        ? `${owner}: the exchange is not declared: declare it or correct the name`
        : `${owner}: the exchange is of type ${type}; the broker checks routing keys on topic exchanges only: remove the permission`;
    }
    for (const operation of ['write', 'read'] as const) {
      if (!compile(permission[operation]))
        yield `${owner}: ${operation} pattern '${permission[operation]}' is not a regular expression: correct it`;
    }
  }

  for (const user of users) {
    if (!topology.permissions.some((permission) => permission.user === user)) {
      yield `user '${user}' has no permission on virtual host '${topology.vhost.name}' and could not even connect: add a permission or remove the user`;
    }
  }
}
