import { InvalidTopologyError } from './invalid-topology-error.ts';
import type { Topology } from './model.ts';
import { accessProblems } from './validation/access.ts';
import { nameProblems } from './validation/names.ts';
import { policyProblems } from './validation/policies.ts';
import { queueProblems } from './validation/queues.ts';
import { referenceProblems } from './validation/references.ts';

/**
 * Finds what the broker would refuse, and what it would accept and then silently not do.
 * @throws InvalidTopologyError with every problem, not only the first.
 */
export function validateTopology(topology: Topology): void {
  const problems = [nameProblems, referenceProblems, queueProblems, policyProblems, accessProblems].flatMap((check) => [
    ...check(topology),
  ]);
  if (problems.length > 0) throw new InvalidTopologyError(problems);
}
