import type { Arguments, Policy, Queue, Topology } from './model.ts';

/** The pattern as JavaScript reads it, or undefined where it can't. The broker uses PCRE, which agrees on all that names need. */
export function compile(pattern: string): RegExp | undefined {
  try {
    return new RegExp(pattern, 's');
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** A queue or exchange that a policy can apply to. */
export interface Target {
  readonly kind: 'queue' | 'exchange';
  readonly name: string;
  readonly queueType?: 'quorum' | 'classic';
}

export function targets({ queues, exchanges }: Topology): Target[] {
  return [
    ...queues.map(({ name, type = 'quorum' }): Target => ({ kind: 'queue', name, queueType: type })),
    ...exchanges.map(({ name }): Target => ({ kind: 'exchange', name })),
  ];
}

export function matches({ pattern, applyTo }: Policy, { kind, name, queueType }: Target): boolean {
  const applies = {
    all: true,
    queues: kind === 'queue',
    exchanges: kind === 'exchange',
    quorum_queues: queueType === 'quorum',
    classic_queues: queueType === 'classic',
  }[applyTo];
  return applies && (compile(pattern)?.test(name) ?? false);
}

/** Whether a policy matches a queue, declared or found on a broker. */
export function governs(
  policy: Policy,
  { name, type = 'quorum' }: { readonly name: string; readonly type?: string },
): boolean {
  const queueType = type === 'quorum' || type === 'classic' ? type : undefined;
  return matches(policy, { kind: 'queue', name, ...(queueType && { queueType }) });
}

/** Policies that match, the one that applies first. */
export function matching(policies: readonly Policy[], target: Target): Policy[] {
  return policies.filter((policy) => matches(policy, target)).sort((a, b) => b.priority - a.priority);
}

/** What a queue does: its policy's settings, then its own arguments (without `x-`), which win. */
export function effectiveSettings(queue: Queue, policies: readonly Policy[]): Arguments {
  const [policy] = matching(policies, { kind: 'queue', name: queue.name, queueType: queue.type ?? 'quorum' });
  const own = Object.entries(queue.arguments ?? {}).map(([key, value]) => [key.replace(/^x-/u, ''), value] as const);
  return { ...policy?.definition, ...Object.fromEntries(own) };
}
