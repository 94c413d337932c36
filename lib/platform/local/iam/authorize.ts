import { conditionHolds, type RequestContext } from './condition.ts';
import { checkStatement, listOf, type PolicyStatement } from './policy-statement.ts';
import { matchesWildcard } from './wildcard.ts';

/** Answer to one action on one resource; a denial carries the error as AWS answers it. */
export type Decision =
  | { readonly allowed: true }
  | { readonly allowed: false; readonly code: 'AccessDeniedException'; readonly message: string };

export interface AuthorizeOptions {
  /** ARN of who asks, for the message, e.g. `arn:aws:sts::123456789012:assumed-role/Role/function-name`. */
  readonly principal?: string;
  /** Condition keys of the request. @default none is known */
  readonly context?: RequestContext;
}

const applies = (statement: PolicyStatement, action: string, resource: string): boolean => {
  const actions = listOf(statement.Action ?? statement.NotAction);
  const resources = listOf(statement.Resource ?? statement.NotResource);
  const onAction = actions.some((pattern) => matchesWildcard(pattern, action, true));
  const onResource = resources.some((pattern) => matchesWildcard(pattern, resource));
  return onAction === (statement.Action !== undefined) && onResource === (statement.Resource !== undefined);
};

/**
 * Evaluates the identity policies of one principal: denied unless a statement allows it, and whatever is allowed, a
 * statement that denies wins.
 *
 * @throws UnsupportedPolicyError when any statement is malformed, or one that bears on the request has a condition that
 * is not supported here.
 */
export const authorize = (
  statements: readonly PolicyStatement[],
  action: string,
  resource: string,
  options: AuthorizeOptions = {},
): Decision => {
  let allowed = false;
  let denied = false;
  for (const statement of statements) {
    checkStatement(statement);
    if (!applies(statement, action, resource) || !conditionHolds(statement.Condition, options.context ?? {})) continue;
    if (statement.Effect === 'Deny') denied = true;
    else allowed = true;
  }
  if (allowed && !denied) return { allowed: true };
  const reason = denied
    ? 'with an explicit deny in an identity-based policy'
    : `because no identity-based policy allows the ${action} action`;
  return {
    allowed: false,
    code: 'AccessDeniedException',
    message: `User: ${options.principal ?? 'unknown'} is not authorized to perform: ${action} on resource: ${resource} ${reason}`,
  };
};
