import type { Random } from '../engine/random.ts';
import type { Scheduler } from '../engine/scheduler.ts';
import { SimulatedProcess } from '../engine/simulated-process.ts';
import { Environment, type Handler, type InvocationResult } from './environment.ts';

export interface FunctionSettings {
  readonly name: string;
  readonly timeoutMilliseconds: number;
  /** By how much clocks of environments may be off, either way. */
  readonly maximumSkewMilliseconds: number;
  /** Runs when an environment starts, as the code outside of the handler does. */
  readonly start: (process: SimulatedProcess) => Handler;
  /** Told how each invocation ended. */
  readonly onEnd?: (process: SimulatedProcess, result: InvocationResult) => void;
}

/** A Lambda function: takes a warm environment where one is idle, else starts one. */
export class SimulatedFunction {
  readonly name: string;
  readonly #settings: FunctionSettings;
  readonly #scheduler: Scheduler;
  readonly #random: Random;
  #environments: Environment[] = [];
  #started = 0;
  #requests = 0;

  constructor(settings: FunctionSettings, scheduler: Scheduler, random: Random) {
    this.name = settings.name;
    this.#settings = settings;
    this.#scheduler = scheduler;
    this.#random = random;
  }

  /** Environments that work on something. */
  get busy(): readonly Environment[] {
    return this.#environments.filter((environment) => environment.isBusy);
  }

  /** Those, and environments that are about to. */
  get occupied(): readonly Environment[] {
    return this.#environments.filter((environment) => environment.isOccupied);
  }

  /** The environment of a process of its. */
  environmentOf(process: SimulatedProcess): Environment | undefined {
    return this.#environments.find((environment) => environment.process === process);
  }

  invoke(event: unknown, done: (result: InvocationResult) => void): void {
    this.#environments = this.#environments.filter(({ process }) => process.alive);
    const warm = this.#environments.find((environment) => environment.isIdle);
    const environment = warm ?? this.#cold();
    environment.take();
    const requestId = `${this.name}-${++this.#requests}`;
    const { timeoutMilliseconds, onEnd } = this.#settings;
    this.#scheduler.after(warm ? 1 : 100 + this.#random.next() * 300, () =>
      environment.invoke(event, requestId, timeoutMilliseconds, (result) => {
        onEnd?.(environment.process, result);
        done(result);
      }),
    );
  }

  #cold(): Environment {
    const { maximumSkewMilliseconds: skew, start, name } = this.#settings;
    const process = new SimulatedProcess(
      `${name}/${++this.#started}`,
      this.#scheduler,
      skew === 0 ? 0 : this.#random.whole(-skew, skew),
    );
    const environment = new Environment(process, start, this.#scheduler);
    this.#environments.push(environment);
    return environment;
  }
}
