import type { Assembly } from './assembly/read-assembly.ts';
import { AssemblyError } from './assembly/template.ts';
import { vhostsOf } from './assembly/vhosts.ts';
import type { Deployment } from './deployment.ts';
import type { Changes } from './local-stack.ts';

export interface UpdatesSettings {
  readonly deployment: Deployment;
  /** Those of the assembly that the run began with. */
  readonly vhosts: ReadonlySet<string>;
  readonly notice: (message: string) => void;
  readonly onChanged: () => void;
}

/** Later assemblies of a run, one after the other. */
export class Updates {
  readonly #settings: UpdatesSettings;
  #removal: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(settings: UpdatesSettings) {
    this.#settings = settings;
  }

  /** @throws AssemblyError */
  async apply(assembly: Assembly): Promise<Changes> {
    const { deployment, vhosts, notice, onChanged } = this.#settings;
    const other = [...vhostsOf(assembly)].find((vhost) => !vhosts.has(vhost));
    if (other !== undefined && vhosts.size > 0)
      throw new AssemblyError(`the vhost is ${other} now; what is in ${[...vhosts].join(', ')} would be left behind`);
    await this.#removal;
    try {
      const changes = await deployment.deploy(assembly);
      this.#removal = deployment.removeFormer().catch((error: Error) => {
        // What it needs has ended with the run.
        if (!this.#stopped) notice(`what is no longer declared was not removed: ${error.message}`);
      });
      return changes;
    } finally {
      onChanged();
    }
  }

  /** From now on nobody hears of a removal that fails. */
  stop(): void {
    this.#stopped = true;
  }
}
