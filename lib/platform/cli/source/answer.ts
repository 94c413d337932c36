import { OperatorError } from '../../config/operator-error.ts';
import { printableLines } from '../printable.ts';

/**
 * Prints what a command did, or why it changed nothing. Resolves with the exit code.
 *
 * @throws what is nobody's to mend: a stack trace says more
 */
export const answer = async (run: () => Promise<string> | string): Promise<number> => {
  try {
    console.log(printableLines(await run()));
    return 0;
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    console.error(printableLines(error.message));
    return 1;
  }
};
