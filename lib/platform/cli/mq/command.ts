import { OperatorError } from '../../config/operator-error.ts';
import type { Project } from '../project.ts';

/** A command of `mq`. Each lives in a file of its own and is listed in `mq.ts`. */
export interface Command {
  /** A line for the list of commands. */
  readonly summary: string;
  readonly usage: string;
  /** Gets what follows the command's name; resolves with the exit code. */
  run(args: readonly string[], project: Project): Promise<number>;
}

export const ExitCode = {
  success: 0,
  failure: 1,
  /** It worked, and there is something to act on. `topology plan` says so only when asked with `--detailed-exitcode`. */
  changes: 2,
  /** As sysexits.h has it. */
  usage: 64,
} as const;

/** The command line can't be understood. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** What went wrong is the operator's to mend: the message says it, a stack trace would hide it. */
export function isExplained(error: unknown): error is Error {
  // The class of the AWS SDK's is not exported by its clients.
  return error instanceof OperatorError || (error instanceof Error && error.name === 'CredentialsProviderError');
}
