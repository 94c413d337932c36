import type { MappingControl, MappingStatus } from '../../../../lib/platform/operations/circuit/mapping-control.ts';
import type { Random } from '../engine/random.ts';
import type { Scheduler } from '../engine/scheduler.ts';
import type { SimulatedProcess } from '../engine/simulated-process.ts';
import type { SimulatedMapping } from './mapping.ts';

type Target = 'enabled' | 'disabled';

/** Lambda's API of event source mappings: a change takes up to half a minute, and until then the mapping takes no other. */
export class MappingApi {
  readonly #mappings = new Map<string, { readonly mapping: SimulatedMapping; status: MappingStatus }>();
  readonly #scheduler: Scheduler;
  readonly #random: Random;

  constructor(mappings: readonly SimulatedMapping[], scheduler: Scheduler, random: Random) {
    this.#scheduler = scheduler;
    this.#random = random;
    for (const mapping of mappings) {
      const { queue } = mapping.settings;
      const status = { id: queue, queue, state: 'Enabled', lastModified: scheduler.now };
      this.#mappings.set(queue, { mapping, status });
    }
  }

  list(): MappingStatus[] {
    return [...this.#mappings.values()].map(({ status }) => status);
  }

  /** @returns `false`: it is on its way already */
  change(id: string, to: Target): boolean {
    const known = this.#mappings.get(id);
    if (!known) throw new TypeError(`there is no mapping ${id}`);
    if (known.status.state !== 'Enabled' && known.status.state !== 'Disabled') return false;
    const become = (state: string): void => {
      known.status = { ...known.status, state, reason: 'USER_INITIATED', lastModified: this.#scheduler.now };
    };
    become(to === 'enabled' ? 'Enabling' : 'Disabling');
    this.#scheduler.after(2000 + this.#random.next() * 25_000, () => {
      become(to === 'enabled' ? 'Enabled' : 'Disabled');
      if (to === 'enabled') known.mapping.enable();
      else known.mapping.disable();
    });
    return true;
  }

  /** @param onSwitch told of each change that the process asks for */
  controlOf(process: SimulatedProcess, onSwitch: (id: string, to: Target) => void): MappingControl {
    const latency = (): number => 20 + this.#random.next() * 200;
    return {
      list: () => process.settle(latency(), () => this.list()),
      switch: async (id, to) => {
        onSwitch(id, to);
        return process.settle(latency(), () => this.change(id, to));
      },
    };
  }
}
