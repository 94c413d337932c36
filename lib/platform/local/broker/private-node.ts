import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { BoundProcess } from './bound-process.ts';
import { ContainerProgram } from './container-program.ts';
import { logExcerpt } from './log-excerpt.ts';
import { nodeFiles } from './node-environment.ts';
import type { NodeProgram, NodeSettings } from './node-program.ts';
import { isReady, waitUntil } from './readiness.ts';
import { ServerProgram } from './server-program.ts';

/** What became of a start: `port-taken` may succeed with other ports, `failed` will not. */
export type StartOutcome = { result: 'ready' } | { result: 'port-taken' | 'failed'; reason: string };

const givenUp: StartOutcome = { result: 'failed', reason: 'the start was given up' };

/** A VM that has not stopped in this time after SIGTERM is killed. 3.10 needs 6 s because of its management listeners, 4.0 one. */
const gracefulStopMilliseconds = 20_000;

/** A private RabbitMQ node and its files. */
export class PrivateNode {
  readonly #settings: NodeSettings;
  readonly #program: NodeProgram;
  #machine: BoundProcess | undefined;
  /** Whether the Erlang machine is to end. */
  #ending = false;
  #onDeath: (how: string) => void = () => undefined;

  private constructor(settings: NodeSettings, program: NodeProgram) {
    this.#settings = settings;
    this.#program = program;
  }

  /** Writes certificates and configuration; starts nothing. */
  static async prepare(settings: NodeSettings): Promise<PrivateNode> {
    const { installation } = settings;
    const program =
      'image' in installation
        ? await ContainerProgram.prepare({ ...settings, installation })
        : await ServerProgram.prepare({ ...settings, installation });
    return new PrivateNode(settings, program);
  }

  get caFile(): string {
    return this.#program.caFile;
  }

  /** Of the Erlang machine, or the container engine's client; that of the last one when it does not run. */
  get pid(): number {
    if (this.#machine === undefined) throw new Error('the broker was never started');
    return this.#machine.pid;
  }

  /** Calls the listener each time the Erlang machine ends after it was ready, unless one of the methods here ended it. */
  onDeath(listener: (how: string) => void): void {
    this.#onDeath = listener;
  }

  /** Starts what does not run; the data of an earlier start are kept. */
  async start(signal?: AbortSignal): Promise<StartOutcome> {
    const isGivenUp = () => signal?.aborted === true;
    const { ports, admin, readyTimeoutSeconds, installation } = this.#settings;
    let machine: BoundProcess;
    try {
      machine = await this.#program.start(isGivenUp);
    } catch (error) {
      return isGivenUp() ? givenUp : this.#failure(error instanceof Error ? error.message : String(error));
    }
    this.#machine = machine;
    const isPointless = () => isGivenUp() || machine.hasEnded();
    const ready = await waitUntil(() => isReady(ports, admin), isPointless, readyTimeoutSeconds * 1000);
    if (ready) {
      this.#ending = false;
      void machine.ended.then((how) => {
        if (!this.#ending) this.#onDeath(how);
      });
      return { result: 'ready' };
    }
    if (isGivenUp()) return givenUp;
    return this.#failure(
      machine.hasEnded()
        ? `RabbitMQ ${installation.version} ended while starting (${await machine.ended})`
        : `RabbitMQ ${installation.version} was not ready after ${readyTimeoutSeconds} s`,
    );
  }

  /** SIGKILL, at once; returns before the process is gone. */
  kill(): void {
    this.#ending = true;
    this.#machine?.signal('SIGKILL');
  }

  /** RabbitMQ's own command line. */
  control(...command: readonly string[]): Promise<void> {
    return this.#program.control(command);
  }

  /** Resolves when the Erlang machine is gone; all else of the node stays. */
  async stopMachine(how: 'graceful' | 'kill'): Promise<void> {
    const machine = this.#machine;
    this.#ending = true;
    if (machine === undefined || machine.hasEnded()) return;
    if (how === 'graceful') {
      const impatience = setTimeout(() => machine.signal('SIGKILL'), gracefulStopMilliseconds);
      machine.signal('SIGTERM');
      await machine.ended;
      clearTimeout(impatience);
    } else {
      machine.signal('SIGKILL');
      await machine.ended;
    }
  }

  /** Ends all of it and removes the files. */
  async remove(how: 'graceful' | 'kill'): Promise<void> {
    await this.stopMachine(how);
    await this.#program.remove();
    // The helper programs of a killed machine may take some milliseconds to notice and write a last line.
    await rm(this.#settings.directory, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  }

  /** The same for the moment when the process exits and nothing can be waited for. */
  removeSync(): void {
    this.#ending = true;
    this.#program.removeSync();
    rmSync(this.#settings.directory, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  }

  #failure(summary: string): StartOutcome {
    const log = this.#log();
    const portTaken = this.#program.lacksPort() || /eaddrinuse|already in use|already allocated/i.test(log);
    return { result: portTaken ? 'port-taken' : 'failed', reason: `${summary}; ${logExcerpt(log)}` };
  }

  #log(): string {
    const folder = nodeFiles(this.#settings.directory).log;
    if (!existsSync(folder)) return '';
    const files = readdirSync(folder).filter((name) => name.endsWith('.log'));
    return files.map((name) => readFileSync(join(folder, name), 'utf8')).join('\n');
  }
}
