import type { StandardSchemaV1 } from '@standard-schema/spec';
import { ValidationError, type ValidationProblem } from '../errors.ts';

/** Problems that the message of a `ValidationError` spells out; all are in its `problems`. */
const namedProblems = 5;

/**
 * The result of a Standard Schema's validation: its output.
 *
 * @throws ValidationError that names the path of each problem
 */
export function validated<Output>(result: StandardSchemaV1.Result<Output>): Output {
  if (result.issues === undefined) return result.value;
  const problems = result.issues.map(({ message, path }): ValidationProblem => ({ path: pathText(path), message }));
  const named = problems
    .slice(0, namedProblems)
    .map(({ path, message }) => `${path === '' ? 'the body' : path}: ${message}`);
  const more = problems.length > namedProblems ? `; and ${problems.length - namedProblems} more` : '';
  throw new ValidationError(`the message does not match its schema: ${named.join('; ')}${more}`, problems);
}

/** `['lines', 2, 'quantity']` as `lines[2].quantity`. */
export function pathText(path: StandardSchemaV1.Issue['path']): string {
  let text = '';
  for (const segment of path ?? []) {
    const key = typeof segment === 'object' ? segment.key : segment;
    if (typeof key === 'number') text += `[${key}]`;
    else if (typeof key === 'string' && /^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(key)) text += text === '' ? key : `.${key}`;
    else text += `[${typeof key === 'string' ? JSON.stringify(key) : String(key)}]`;
  }
  return text;
}
