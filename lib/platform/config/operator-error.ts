/** Something that whoever runs a command or a synthesis has to mend. The message says what and how, a stack trace would hide it. */
export class OperatorError extends Error {
  override readonly name: string = 'OperatorError';
}
