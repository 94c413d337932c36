import { InvalidTopologyError } from '../invalid-topology-error.ts';
import type { Topology } from '../model.ts';
import { accessProblems } from './access-problems.ts';
import { nameProblems } from './name-problems.ts';
import { policyProblems } from './policy-problems.ts';
import { queueProblems } from './queue-problems.ts';
import { referenceProblems } from './reference-problems.ts';

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
