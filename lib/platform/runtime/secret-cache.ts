import type { Clock } from '../time/clock.ts';

interface HeldSecret {
  readonly value: Promise<string>;
  /** Milliseconds since the epoch at which the read began. */
  readonly since: number;
}

/** Keeps secrets in memory, by their ids, so that they are not read for each message. A read that is under way serves whoever asks meanwhile. */
export class SecretCache {
  readonly #read: (id: string) => Promise<string>;
  readonly #clock: Clock;
  readonly #held = new Map<string, HeldSecret>();

  constructor(read: (id: string) => Promise<string>, clock: Clock) {
    this.#read = read;
    this.#clock = clock;
  }

  /**
   * The value, read less than so many milliseconds ago.
   * @throws what `read` throws; the next call reads again
   */
  get(id: string, maximumAgeMilliseconds: number): Promise<string> {
    const held = this.#held.get(id);
    if (held && this.#clock.now() - held.since < maximumAgeMilliseconds) return held.value;
    return this.hold(id, this.#read(id));
  }

  /** Keeps a value as if it had been read just now. */
  hold(id: string, value: Promise<string>): Promise<string> {
    const held = { value, since: this.#clock.now() };
    this.#held.set(id, held);
    value.catch(() => {
      if (this.#held.get(id) === held) this.#held.delete(id);
    });
    return value;
  }
}
