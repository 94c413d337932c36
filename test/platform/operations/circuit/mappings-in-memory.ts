import type { MappingControl, MappingStatus } from '../../../../lib/platform/operations/circuit/mapping-control.ts';

/** Event source mappings that do at once what they are told, and remember when; or, where `isSlow`, leave it to the test to say when they have done it. */
export class MappingsInMemory implements MappingControl {
  readonly #now: () => number;
  #changes = 0;
  readonly #mappings = new Map<string, MappingStatus>();
  isSlow = false;
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

  async switch(id: string, to: 'enabled' | 'disabled'): Promise<boolean> {
    const state = this.state(id) ?? '';
    if (!['Enabled', 'Disabled'].includes(state)) return false;
    this.follow(id, to);
    if (this.isSlow) this.set(id, { state: to === 'enabled' ? 'Enabling' : 'Disabling' });
    return true;
  }

  follow(id: string, to: 'enabled' | 'disabled'): void {
    this.switched.push(`${id} ${to}`);
    this.set(id, { state: to === 'enabled' ? 'Enabled' : 'Disabled', reason: 'USER_INITIATED' });
  }
}
