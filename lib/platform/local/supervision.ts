import { doubled } from '../time/backoff.ts';
import { type Clock, sleep } from '../time/clock.ts';

/** `gone`: it ended and is not started again. */
export type PartState = 'running' | 'restarting' | 'gone';

/** A process that a run needs. */
export interface Part {
  /** For a person. */
  readonly name: string;
  /** Calls the listener each time the process has ended without having been told to, with how it ended. */
  onDeath(listener: (how: string) => void): void;
  /** Starts it again with its data; rejects where that fails. */
  restart(): Promise<unknown>;
}

export interface SupervisionSettings {
  readonly clock: Clock;
  readonly notice: (message: string) => void;
  readonly onState: (state: PartState) => void;
}

/** More starts than this within the time are no mishap: something is wrong that a further start does not mend. */
const limit = { starts: 5, milliseconds: 600_000 };
const waitMilliseconds = { base: 500 };

/** When to start a part again that died, counted from now; `undefined` when it is given up. */
export const nextStart = (earlierStarts: readonly number[], now: number): number | undefined => {
  const recent = earlierStarts.filter((at) => now - at < limit.milliseconds).length;
  return recent >= limit.starts ? undefined : doubled(recent + 1, waitMilliseconds);
};

/** Starts a part again when it dies, says so at once, and gives up when that comes to nothing. */
export class Supervision {
  readonly #part: Part;
  readonly #settings: SupervisionSettings;
  readonly #starts: number[] = [];
  #over = false;

  constructor(part: Part, settings: SupervisionSettings) {
    this.#part = part;
    this.#settings = settings;
    part.onDeath((how) => void this.#revive(how));
  }

  /** From now on the part may end. */
  stop(): void {
    this.#over = true;
  }

  async #revive(how: string): Promise<void> {
    const { clock, notice, onState } = this.#settings;
    const { name } = this.#part;
    if (this.#over) return;
    onState('restarting');
    notice(`${name} ended unexpectedly (${how}); it is started again with its data`);
    for (;;) {
      const wait = nextStart(this.#starts, clock.now());
      if (wait === undefined) break;
      await sleep(clock, wait);
      if (this.#over) return;
      this.#starts.push(clock.now());
      try {
        await this.#part.restart();
        if (this.#over) return;
        onState('running');
        return notice(`${name} runs again`);
      } catch (error) {
        if (this.#over) return;
        notice(`${name} did not start: ${(error as Error).message}`);
      }
    }
    onState('gone');
    const minutes = limit.milliseconds / 60_000;
    notice(
      `${name} ended ${limit.starts} times within ${minutes} minutes and is not started again. Its data stay until this run ends, and go with it.`,
    );
  }
}
