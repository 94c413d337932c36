import { alternateUser } from '../../topology/alternate-users.ts';
import type { TopologyChange } from '../../topology/change.ts';

/** What a plan can't do in place. */
export function conflicts(plan: readonly TopologyChange[]): string[] {
  return plan.flatMap((change) => {
    if (change.action === 'refuse') return [`${change.kind} '${change.name}' is not declared: ${change.reason}`];
    if (change.action !== 'conflict') return [];
    const what = change.differences.map(
      ({ property, actual, desired }) => `${property} is ${text(actual)}, declared ${text(desired)}`,
    );
    return [`${change.kind} '${change.name}': ${[...what, change.reason].join('; ')}`];
  });
}

/** Users that can't be created. Of two that take turns in a secret, the one whose turn it is not needs no password. */
export function missingPasswords(
  plan: readonly TopologyChange[],
  passwords: Readonly<Record<string, string>>,
): string[] {
  const users = plan.flatMap((change) =>
    change.kind === 'user' && change.action === 'create' ? [change.desired] : [],
  );
  const missing = users.filter(
    ({ name, alternateOf }) =>
      alternateOf === undefined && passwords[name] === undefined && passwords[alternateUser(name)] === undefined,
  );
  return missing.map(({ name }) => `user '${name}' does not exist yet and has no password: give one`);
}

function text(value: unknown): string {
  return value === undefined ? 'not set' : JSON.stringify(value);
}
