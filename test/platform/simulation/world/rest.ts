import { isTerminal } from '../checks/invariants.ts';
import type { Consumers } from './consumers.ts';
import type { OutboxRelay } from './outbox-relay.ts';
import type { Rotations } from './rotations.ts';
import type { Shop } from './shop.ts';
import type { World } from './world.ts';

/** Looks so often for so long before it believes in rest. */
const everyMilliseconds = 1000;
const quietLooks = 30;

export interface Everybody {
  readonly shop: Shop;
  readonly consumers: Consumers;
  readonly relay: OutboxRelay | undefined;
  readonly rotations: Rotations | undefined;
}

/** Whether a world has come to rest: nothing is on its way, and nobody is at work, for a while. */
export class Rest {
  readonly #world: World;
  readonly #who: Everybody;
  readonly #consumed: readonly string[];
  #quiet = 0;

  constructor(world: World, who: Everybody) {
    this.#world = world;
    this.#who = who;
    this.#consumed = who.consumers.mappings.map(({ settings }) => settings.queue);
  }

  get reached(): boolean {
    return this.#quiet > quietLooks;
  }

  look(): void {
    this.#world.delays.look(this.#consumed);
    this.#quiet = this.#isQuiet() ? this.#quiet + 1 : 0;
    this.#world.scheduler.after(everyMilliseconds, () => this.look());
  }

  #isQuiet(): boolean {
    const { shop, consumers, relay, rotations } = this.#who;
    if (shop.open > 0 || relay?.rests === false || rotations?.rests === false) return false;
    if (consumers.mappings.some(({ target }) => target.busy.length > 0)) return false;
    for (const queue of this.#world.broker.queues()) if (queue.size > 0 && !isTerminal(queue.name)) return false;
    return true;
  }
}
