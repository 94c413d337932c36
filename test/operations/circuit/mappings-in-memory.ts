import type { MappingControl, MappingStatus } from '../../../lib/operations/circuit/mapping-control.ts';

/** Event source mappings that do at once what they are told, and remember when. */
export class MappingsInMemory implements MappingControl {
  readonly #now: () => number;
  #changes = 0;
  readonly #mappings = new Map<string, MappingStatus>();
  /** What the circuit breaker did. */
  readonly switched: string[] = [];

  /** @param queues by the id of the mapping that reads it */
  constructor(queues: Readonly<Record<string, string>>, now: () => number) {
    this.#now = now;
    for (const [id, queue] of Object.entries(queues)) this.set(id, { queue, state: 'Enabled' });
  }

  get all(): readonly MappingStatus[] {
    return [...this.#mappings.values()];
  }

  state(id: string): string | undefined {
    return this.#mappings.get(id)?.state;
  }

  /** Somebody else changes a mapping: a person, Lambda, a deployment. */
  set(id: string, change: Partial<MappingStatus>): void {
    const before = this.#mappings.get(id) ?? { id, queue: '', state: 'Enabled', reason: 'USER_INITIATED' };
    // No two changes at the same moment.
    this.#mappings.set(id, { ...before, ...change, lastModified: this.#now() + ++this.#changes / 1000 });
  }

  remove(id: string): void {
    this.#mappings.delete(id);
  }

  async list(): Promise<readonly MappingStatus[]> {
    return this.all;
  }

  async switch(id: string, to: 'enabled' | 'disabled'): Promise<void> {
    this.follow(id, to);
  }

  follow(id: string, to: 'enabled' | 'disabled'): void {
    this.switched.push(`${id} ${to}`);
    this.set(id, { state: to === 'enabled' ? 'Enabled' : 'Disabled', reason: 'USER_INITIATED' });
  }
}
