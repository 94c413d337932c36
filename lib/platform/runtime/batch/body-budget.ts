/**
 * Bounds the bytes of bodies that a batch holds beyond its event: what was decompressed or fetched. Half of the limit is for messages that are
 * being read or handled, half for those that were read ahead and wait for their turn.
 */
export class BodyBudget {
  readonly #half: number;
  #taken = 0;
  #kept = 0;
  readonly #waiting: { readonly bytes: number; readonly proceed: () => void }[] = [];

  /** @param limit bytes */
  constructor(limit: number) {
    this.#half = limit / 2;
  }

  /** Waits for room, first come, first served. Who asks for more than there is gets it alone. */
  async take(bytes: number): Promise<void> {
    if (this.#waiting.length === 0 && this.#fits(bytes)) {
      this.#taken += bytes;
      return;
    }
    await new Promise<void>((proceed) => {
      this.#waiting.push({ bytes, proceed });
    });
  }

  giveBack(bytes: number): void {
    this.#taken -= bytes;
    for (let next = this.#waiting[0]; next && this.#fits(next.bytes); next = this.#waiting[0]) {
      this.#waiting.shift();
      this.#taken += next.bytes;
      next.proceed();
    }
  }

  /** Keeps so much for later, until `drop`; `false` where there is no room. What was taken has to be given back all the same. */
  keep(bytes: number): boolean {
    if (this.#kept + bytes > this.#half) return false;
    this.#kept += bytes;
    return true;
  }

  drop(bytes: number): void {
    this.#kept -= bytes;
  }

  #fits(bytes: number): boolean {
    return this.#taken === 0 || this.#taken + bytes <= this.#half;
  }
}
