import type { Scheduler } from '../engine/scheduler.ts';
import type { SimulatedProcess } from '../engine/simulated-process.ts';
import type { Fault } from '../scenario/scenario.ts';

type KillAtCall = Extract<Fault, { kind: 'kill-at-call' }>;

/** Ends environments at the n-th request that a consumer's function makes. */
export class Killings {
  readonly #faults: readonly KillAtCall[];
  readonly #scheduler: Scheduler;
  readonly #kill: (process: SimulatedProcess, why: string) => void;
  readonly #calls = new Map<string, number>();

  constructor(faults: readonly Fault[], scheduler: Scheduler, kill: (process: SimulatedProcess, why: string) => void) {
    this.#faults = faults.filter((fault) => fault.kind === 'kill-at-call');
    this.#scheduler = scheduler;
    this.#kill = kill;
  }

  /** A process is about to send a request. */
  asks(process: SimulatedProcess, what: string): void {
    if (this.#faults.length === 0) return;
    const consumer = process.name.replace(/\/.*/, '');
    const call = (this.#calls.get(consumer) ?? 0) + 1;
    this.#calls.set(consumer, call);
    const fault = this.#faults.find((candidate) => candidate.consumer === consumer && candidate.call === call);
    if (fault?.phase === 'before') this.#kill(process, `before ${what}`);
    if (fault?.phase === 'under-way')
      this.#scheduler.after(0.1, () => this.#kill(process, `when ${what} is on its way`));
  }

  /** The answer to its latest request is there. */
  answered(process: SimulatedProcess, what: string): void {
    if (this.#faults.length === 0) return;
    const consumer = process.name.replace(/\/.*/, '');
    const call = this.#calls.get(consumer);
    const fault = this.#faults.find((candidate) => candidate.consumer === consumer && candidate.call === call);
    if (fault?.phase === 'answered') this.#kill(process, `when the answer to ${what} comes`);
  }
}
