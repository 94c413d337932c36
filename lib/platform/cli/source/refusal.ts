import { OperatorError } from '../../config/operator-error.ts';

/** The command changes nothing; the message says why, and what to do instead. */
export class Refusal extends OperatorError {
  override readonly name = 'Refusal';
}
