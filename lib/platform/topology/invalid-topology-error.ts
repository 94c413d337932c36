import { OperatorError } from '../config/operator-error.ts';

/** Everything that is wrong with a topology, each with name, value, limit and what to do. */
export class InvalidTopologyError extends OperatorError {
  override readonly name = 'InvalidTopologyError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(
      `the topology has ${problems.length} problem${problems.length === 1 ? '' : 's'}:\n${problems.map((problem) => `- ${problem}`).join('\n')}`,
    );
    this.problems = problems;
  }
}
