import type { Scheduler } from '../engine/scheduler.ts';
import type { SimulatedProcess } from '../engine/simulated-process.ts';

/** What a function's code looks like from outside. */
export type Handler = (event: unknown, context: InvocationContext) => Promise<unknown>;

export interface InvocationContext {
  readonly awsRequestId: string;
  readonly getRemainingTimeInMillis: () => number;
}

export type InvocationResult =
  | { readonly status: 'succeeded'; readonly value: unknown }
  | { readonly status: 'failed'; readonly error: string };

/** An execution environment: one invocation at a time, frozen in between, gone for good once it crashed or ran out of time. */
export class Environment {
  readonly process: SimulatedProcess;
  readonly #handler: Handler;
  readonly #scheduler: Scheduler;
  #isTaken = false;
  #end: ((result: InvocationResult) => void) | undefined;

  constructor(process: SimulatedProcess, start: (process: SimulatedProcess) => Handler, scheduler: Scheduler) {
    this.process = process;
    this.#scheduler = scheduler;
    this.#handler = start(process);
  }

  get isIdle(): boolean {
    return this.process.alive && !this.isOccupied;
  }

  get isBusy(): boolean {
    return this.#end !== undefined;
  }

  /** Busy, or about to be. */
  get isOccupied(): boolean {
    return this.#isTaken || this.isBusy;
  }

  /** It will be invoked, as soon as it has started, say. */
  take(): void {
    this.#isTaken = true;
  }

  /** @param done called once, outside of the environment */
  invoke(
    event: unknown,
    requestId: string,
    timeoutMilliseconds: number,
    done: (result: InvocationResult) => void,
  ): void {
    const { process } = this;
    this.#isTaken = false;
    const deadline = this.#scheduler.now + timeoutMilliseconds;
    process.thaw();
    const end = (result: InvocationResult): void => {
      if (this.#end !== end) return;
      this.#end = undefined;
      if (process.alive) process.freeze();
      this.#scheduler.after(1, () => done(result));
    };
    this.#end = end;
    this.#scheduler.after(timeoutMilliseconds, () => {
      if (this.#end === end) this.kill(`timed out after ${timeoutMilliseconds / 1000} s`);
    });
    this.#scheduler.after(
      0,
      () => {
        const context = {
          awsRequestId: requestId,
          // The runtime compares Lambda's deadline with the environment's own clock.
          getRemainingTimeInMillis: () => Math.max(0, Math.floor(deadline - process.clock.now())),
        };
        this.#handler(event, context).then(
          (value) => process.alive && end({ status: 'succeeded', value }),
          (error: unknown) => process.alive && end({ status: 'failed', error: String(error) }),
        );
      },
      process,
    );
  }

  /** Nothing of it happens any more; Lambda reports the invocation as failed. */
  kill(reason: string): void {
    if (!this.process.alive) return;
    this.process.kill();
    this.#end?.({ status: 'failed', error: reason });
  }
}
