import type { LocalRunEvent } from '../local/events.ts';

/** What people call the functions of a run: the consumer that one is, or its service. */
export class FunctionNames {
  readonly #names = new Map<string, string>();

  /** To be given each event of the run, before its functions are named. */
  note(event: LocalRunEvent): void {
    if (event.type === 'function' && event.service !== undefined) this.#names.set(event.functionName, event.service);
  }

  /** Of one without a service: the name that it has on AWS. */
  of(functionName: string): string {
    return this.#names.get(functionName) ?? functionName;
  }
}
