import type { Policy, Topology } from '../model.ts';
import { isDelayQueue } from '../names.ts';
import { compile, matches, matching, type Target, targets } from '../policy-matching.ts';

const queueKeys = [
  'dead-letter-exchange', 'dead-letter-routing-key', 'dead-letter-strategy', 'delivery-limit', 'max-length', 'max-length-bytes', 'message-ttl',
  'expires', 'overflow', 'queue-leader-locator', 'target-group-size', 'max-in-memory-length', 'max-in-memory-bytes', 'consumer-timeout',
  'delayed-retry-type', 'delayed-retry-min', 'delayed-retry-max',
]; // biome-ignore format: a table
const exchangeKeys = ['alternate-exchange'];
const bothKeys = ['federation-upstream', 'federation-upstream-set'];
const classicKeys = [
  'ha-mode',
  'ha-params',
  'ha-sync-mode',
  'ha-sync-batch-size',
  'ha-promote-on-shutdown',
  'ha-promote-on-failure',
  'queue-mode',
  'queue-version',
  'queue-master-locator',
];
const allKeys = new Set([...queueKeys, ...exchangeKeys, ...bothKeys, ...classicKeys]);

/** At most one policy applies to a queue or exchange: the matching one with the highest priority. Most problems come from that. */
export function* policyProblems(topology: Topology): Iterable<string> {
  const all = targets(topology);
  for (const policy of topology.policies) {
    if (!compile(policy.pattern)) {
      yield `policy '${policy.name}': pattern '${policy.pattern}' is not a regular expression: correct it`;
      continue;
    }
    const matched = all.filter((target) => matches(policy, target));
    if (matched.length === 0) {
      yield `policy '${policy.name}': pattern '${policy.pattern}' (applyTo ${policy.applyTo}) matches no declared queue or exchange: correct it or remove the policy`;
      continue;
    }
    yield* shadowedEverywhere(policy, matched, topology.policies);
    yield* definitionProblems(policy, matched);
    const delays = matched.filter(({ kind, name }) => kind === 'queue' && isDelayQueue(name));
    if (delays.length > 0) {
      yield `policy '${policy.name}': pattern '${policy.pattern}' matches ${names(delays)} of the delay infrastructure, where limits and times to live ` +
        "would alter everybody's delays: narrow the pattern, for example by anchoring it with ^ and $";
    }
  }
  yield* tied(topology.policies, all);
}

function* shadowedEverywhere(
  policy: Policy,
  matched: readonly Target[],
  policies: readonly Policy[],
): Iterable<string> {
  const winners = matched.map((target) =>
    policies.filter((other) => other.priority > policy.priority && matches(other, target)),
  );
  if (winners.some((others) => others.length === 0)) return;
  const over = [...new Set(winners.flat().map(({ name, priority }) => `'${name}' (${priority})`))].join(', ');
  yield `policy '${policy.name}' (priority ${policy.priority}) never applies: on ${names(matched)} ${over} has a higher priority, and only one policy applies: ` +
    'raise its priority, or narrow the pattern of the other';
}

function* definitionProblems({ name, definition }: Policy, matched: readonly Target[]): Iterable<string> {
  const keys = Object.keys(definition);
  if (keys.length === 0)
    yield `policy '${name}' has an empty definition, which the broker refuses: add a setting or remove the policy`;
  for (const key of keys) {
    if (!allKeys.has(key)) {
      yield `policy '${name}': '${key}' is not a policy setting that RabbitMQ knows: correct it`;
      continue;
    }
    const quorum = matched.filter(({ queueType }) => queueType === 'quorum');
    if (classicKeys.includes(key) && quorum.length > 0) {
      yield `policy '${name}': '${key}' does not work on quorum queues, and the pattern matches ${names(quorum)}: leave it out or narrow the pattern`;
    } else if (key === 'overflow' && definition[key] === 'reject-publish-dlx' && quorum.length > 0) {
      yield `policy '${name}': overflow reject-publish-dlx does not work on quorum queues, and the pattern matches ${names(quorum)}: take reject-publish`;
    }
    if (queueKeys.includes(key) && matched.every(({ kind }) => kind === 'exchange')) {
      yield `policy '${name}': '${key}' is a setting of queues, and the pattern matches exchanges only (${names(matched)})`;
    }
    if (exchangeKeys.includes(key) && matched.every(({ kind }) => kind === 'queue')) {
      yield `policy '${name}': '${key}' is a setting of exchanges, and the pattern matches queues only (${names(matched)})`;
    }
  }
}

function* tied(policies: readonly Policy[], all: readonly Target[]): Iterable<string> {
  const ties = all.flatMap((target) => {
    const [first, ...rest] = matching(policies, target);
    const same = rest.filter(({ priority }) => priority === first?.priority);
    return first && same.length > 0
      ? [{ who: [first, ...same].map(({ name }) => `'${name}'`).join(' and '), priority: first.priority, target }]
      : [];
  });
  for (const [who, group] of Map.groupBy(ties, ({ who }) => who)) {
    yield `policies ${who} both match ${names(group.map(({ target }) => target))} with priority ${group[0]?.priority}; which one applies is undefined: ` +
      'give them different priorities or narrow a pattern';
  }
}

/** At most three by name. */
function names(list: readonly Target[]): string {
  const shown = list.slice(0, 3).map(({ kind, name }) => `${kind} '${name}'`);
  return list.length > 3 ? `${shown.join(', ')} and ${list.length - 3} more` : shown.join(', ');
}
