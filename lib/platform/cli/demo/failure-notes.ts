import type { LocalRunEvent } from '../../local/events.ts';
import type { FunctionNames } from '../function-names.ts';
import { plain } from '../paint.ts';
import type { Progress } from '../progress.ts';
import { ofFailure, renderError } from '../render-error.ts';

/** Tells with what functions failed, by the lines of your source. A function that fails gets its batch back and fails again: each of its failures is told once. */
export const failureNotes = (names: FunctionNames, progress: Pick<Progress, 'note'>) => {
  const told = new Set<string>();
  return ({ functionName, error, code }: LocalRunEvent & { readonly type: 'function-failed' }): void => {
    const name = names.of(functionName);
    // Lambda's own words begin with the id of the request.
    const what = `${name} ${error.errorType} ${error.errorMessage.replace(/^RequestId: \S+ /, '')}`;
    if (told.has(what)) return;
    told.add(what);
    for (const line of [`${name} failed:`, ...renderError(ofFailure(error), code, plain)]) progress.note(line);
  };
};
