/**
 * Many at once, or one alone. Whoever asks to be alone goes before all that ask later, so a steady stream of ordinary
 * requests cannot keep a transaction waiting.
 */
export class ExclusiveLock {
  #active = 0;
  #alone = false;
  readonly #waiting: { readonly alone: boolean; readonly start: () => void }[] = [];

  shared<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.#run(false, work);
  }

  exclusive<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.#run(true, work);
  }

  async #run<Result>(alone: boolean, work: () => Promise<Result>): Promise<Result> {
    if (this.#waiting.length > 0 || !this.#free(alone))
      await new Promise<void>((resolve) => this.#waiting.push({ alone, start: resolve }));
    else this.#enter(alone);
    try {
      return await work();
    } finally {
      this.#active--;
      this.#alone = false;
      this.#startWaiting();
    }
  }

  #free(alone: boolean): boolean {
    return !this.#alone && (!alone || this.#active === 0);
  }

  #enter(alone: boolean): void {
    this.#active++;
    this.#alone = alone;
  }

  #startWaiting(): void {
    for (let next = this.#waiting[0]; next && this.#free(next.alone); next = this.#waiting[0]) {
      this.#waiting.shift();
      this.#enter(next.alone);
      next.start();
    }
  }
}
