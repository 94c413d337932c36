import type { SimulatedProcess } from '../engine/simulated-process.ts';
import type { SimulatedFunction } from '../lambda/function.ts';
import type { FrontDoor } from '../rabbitmq/front-door.ts';
import type { Story } from '../story.ts';

/** Who runs in Lambda, and how its environments end before their time. */
export class Deaths {
  readonly #door: FrontDoor;
  readonly #story: Story;
  readonly #functions: SimulatedFunction[] = [];

  constructor(door: FrontDoor, story: Story) {
    this.#door = door;
    this.#story = story;
  }

  /** Its environments may die from now on. */
  threaten(target: SimulatedFunction): void {
    this.#functions.push(target);
  }

  kill(process: SimulatedProcess, why: string): void {
    if (!process.alive) return;
    this.#story.tell(() => `${process.name} dies ${why}.`);
    for (const target of this.#functions) target.environmentOf(process)?.kill(`the process ended ${why}`);
    this.#door.disconnect('the client is gone', process.name);
  }

  /** Whatever works for `owner` at the moment: a consumer, with a function for each of its queues, or a function of the platform. */
  killBusy(owner: string, why: string): void {
    for (const target of this.#functions)
      if (target.name === owner || target.name.startsWith(`${owner}.`))
        for (const { process } of target.busy) this.kill(process, why);
  }
}
