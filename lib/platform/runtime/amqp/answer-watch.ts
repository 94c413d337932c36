import type { Clock } from '../../time/clock.ts';

export interface AnswerWatchOptions {
  readonly clock: Clock;
  /** Longest silence of a broker that owes answers, in milliseconds. */
  readonly limit: number;
  /** Whether the broker owes answers and is free to give them. */
  readonly owed: () => 'yes' | 'no' | 'blocked';
  /** Called with the milliseconds of silence. */
  readonly silent: (milliseconds: number) => void;
}

/** Notices a broker that owes answers and gives none at all. */
export class AnswerWatch {
  readonly #options: AnswerWatchOptions;
  #lastAnswer = 0;
  #watching = false;

  constructor(options: AnswerWatchOptions) {
    this.#options = options;
  }

  heard(): void {
    this.#lastAnswer = this.#options.clock.now();
  }

  /** The broker begins to owe an answer. */
  expect(): void {
    this.heard();
    if (!this.#watching) this.#checkIn(this.#options.limit);
  }

  #checkIn(milliseconds: number): void {
    this.#watching = true;
    this.#options.clock.after(milliseconds, () => this.#check(), { keepsProcessAlive: false });
  }

  #check(): void {
    this.#watching = false;
    const { clock, limit, owed, silent } = this.#options;
    const state = owed();
    if (state === 'no') return;
    const silence = clock.now() - this.#lastAnswer;
    if (silence >= limit && state === 'yes') silent(silence);
    else this.#checkIn(Math.max(limit - silence, limit / 4));
  }
}
