import type { StandardSchemaV1 } from '@standard-schema/spec';
import { ValidationError, type ValidationProblem } from '../errors.ts';
import { bodyKind } from './body.ts';

/** Problems that the message of a `ValidationError` spells out; all are in its `problems`. */
const namedProblems = 5;

/**
 * The result of a Standard Schema's validation: its output.
 *
 * @param contentType that of the body, to be named where it is what made the body no JSON
 * @throws ValidationError that names the path of each problem
 */
export function validated<Output>(result: StandardSchemaV1.Result<Output>, contentType: string | undefined): Output {
  if (result.issues === undefined) return result.value;
  const problems = result.issues.map(({ message, path }): ValidationProblem => ({ path: pathText(path), message }));
  const named = problems
    .slice(0, namedProblems)
    .map(({ path, message }) => `${path === '' ? 'the body' : path}: ${message}`);
  const more = problems.length > namedProblems ? `; and ${problems.length - namedProblems} more` : '';
  const summary = `the message does not match its schema: ${named.join('; ')}${more}${whyNotJson(contentType)}`;
  throw new ValidationError(summary, problems);
}

/** Schemas have no word for the reason why they are given a text or bytes. */
function whyNotJson(contentType: string | undefined): string {
  const kind = bodyKind(contentType);
  return kind === 'json'
    ? ''
    : ` (it was read as ${kind}, not as JSON, because its content type is ${JSON.stringify(contentType)})`;
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
