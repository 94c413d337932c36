/** What happened, line by line. Costs nothing unless somebody listens. */
export class Story {
  readonly lines: string[] = [];
  readonly #now: () => number;
  readonly isTold: boolean;

  /** @param now milliseconds from the start */
  constructor(isTold: boolean, now: () => number) {
    this.isTold = isTold;
    this.#now = now;
  }

  tell(line: () => string): void {
    if (this.isTold) this.lines.push(`${(this.#now() / 1000).toFixed(3).padStart(9)} s  ${line()}`);
  }
}
