import type { Assembly } from './assembly/read-assembly.ts';
import { AssemblyError } from './assembly/template.ts';
import { type Changes, LocalStack, nothingPublished, type PublishedValues } from './local-stack.ts';
import type { Machine } from './machine.ts';
import { withoutIgnored } from './resources/registry.ts';

/** The stacks of an assembly on this machine, one after the other as they depend on each other. A later assembly changes what differs. */
export class Deployment {
  readonly published: PublishedValues = nothingPublished();
  readonly #machine: Machine;
  readonly #stacks = new Map<string, LocalStack>();

  constructor(machine: Machine) {
    this.#machine = machine;
  }

  /**
   * Makes, changes and removes what differs from what is there.
   * @throws AssemblyError where something fails; then nothing is removed, and the next deployment goes on from there
   */
  async deploy(assembly: Assembly): Promise<Changes> {
    const missing = [...this.#stacks.keys()].filter((name) => !assembly.stacks.some((stack) => stack.name === name));
    if (missing.length > 0)
      throw new AssemblyError(`stack ${missing.join(', ')} is no longer there, or has another name`);
    const made = [];
    for (const synthesized of assembly.stacks) {
      const stack = { ...synthesized, template: withoutIgnored(synthesized.template) };
      const known = this.#stacks.get(stack.name) ?? new LocalStack(stack, this.#machine, this.published);
      this.#stacks.set(stack.name, known);
      made.push(await known.deploy(stack));
    }
    const gone = [];
    for (const stack of [...this.#stacks.values()].reverse()) gone.push(await stack.removeRest());
    return {
      created: made.flatMap(({ created }) => created),
      updated: made.flatMap(({ updated }) => updated),
      removed: gone.flatMap(({ removed }) => removed),
      kept: [...made, ...gone].flatMap(({ kept }) => kept),
    };
  }

  /** Takes away what replaced resources have left, which may take its time: the topology deletes queues once nobody has read them for a while. */
  async removeFormer(): Promise<void> {
    for (const stack of [...this.#stacks.values()].reverse()) await stack.removeFormer();
  }
}
