import { ExecutionEnvironment } from './execution-environment.ts';
import type { FunctionSettings } from './function-settings.ts';
import { type FunctionError, type InvocationResult, maximumPayloadBytes } from './invocation.ts';
import type { LocalAccess } from './runtime-variables.ts';

export interface FunctionObserver {
  /**
   * A line that the function wrote; metrics in embedded metric format are such lines too.
   * @param code folder of the bundle that wrote it, which may have been replaced meanwhile
   */
  line(stream: 'stdout' | 'stderr', line: string, code: string): void;
  /** A new execution environment has loaded the handler, in so many milliseconds. */
  started?(pid: number, milliseconds: number): void;
  /** An invocation or an initialisation failed. */
  failed?(error: FunctionError, code: string): void;
}

/**
 * A Lambda function on this machine. Each invocation runs in an execution environment of its own process; idle ones are
 * used again, and a new one is started when all are busy. Unlike Lambda, idle processes are not frozen.
 */
export class LocalFunction {
  readonly #access: () => LocalAccess;
  readonly #observer: FunctionObserver;
  #settings: FunctionSettings;
  readonly #idle: ExecutionEnvironment[] = [];
  #environments: ExecutionEnvironment[] = [];
  /** Those that have old code and go when their invocation has ended. */
  readonly #leaving = new Set<ExecutionEnvironment>();
  #warming: Promise<void> | undefined;
  #stopped = false;

  /** @param access asked for each new process */
  constructor(settings: FunctionSettings, access: () => LocalAccess, observer: FunctionObserver) {
    this.#settings = settings;
    this.#access = access;
    this.#observer = observer;
  }

  get name(): string {
    return this.#settings.name;
  }

  get arn(): string {
    return this.#settings.arn;
  }

  get settings(): FunctionSettings {
    return this.#settings;
  }

  /** Process of the current execution environment: a busy one if there is one. */
  get pid(): number | undefined {
    return this.#current()?.pid;
  }

  /** SIGKILLs the current execution environment's process, as a crash would. `false` when there is none. */
  kill(): boolean {
    const pid = this.pid;
    if (pid === undefined) return false;
    process.kill(pid, 'SIGKILL');
    return true;
  }

  /** Starts an execution environment ahead of the first invocation. A handler that does not load is reported to the observer. */
  async warm(): Promise<void> {
    this.#warming ??= this.#startReported().then((environment) => {
      // Unless other code has been deployed meanwhile.
      if (environment instanceof ExecutionEnvironment && this.#environments.includes(environment))
        this.#idle.push(environment);
    });
    await this.#warming;
  }

  /**
   * Invokes the function and waits for its answer; never rejects.
   * @param payload JSON of the event, at most 6 MB
   */
  async invoke(payload: string | Buffer): Promise<InvocationResult> {
    const bytes = Buffer.byteLength(payload);
    if (bytes > maximumPayloadBytes) {
      const errorMessage = `the payload is ${bytes} bytes; Lambda takes at most ${maximumPayloadBytes}`;
      return { status: 'failed', error: { errorType: 'RequestEntityTooLargeException', errorMessage } };
    }
    await this.#warming;
    const environment = this.#takeIdle() ?? (await this.#startReported());
    if (!(environment instanceof ExecutionEnvironment)) return { status: 'failed', error: environment };
    const result = await environment.invoke(payload);
    if (result.status === 'failed') this.#observer.failed?.(result.error, environment.code);
    this.#environments = this.#environments.filter((candidate) => !candidate.ended);
    if (this.#environments.includes(environment)) this.#idle.push(environment);
    if (this.#leaving.delete(environment)) await environment.stop();
    return result;
  }

  /**
   * Deploys new settings or code: later invocations run in new processes, those under way end in their old ones. Where the function has processes, one with the new
   * code is up before the old ones go.
   * @returns why the new handler does not load; the function then stays as it was
   */
  async replace(settings: FunctionSettings): Promise<FunctionError | undefined> {
    await this.#warming;
    const fresh = this.#environments.length === 0 ? undefined : await this.#start(settings);
    if (fresh && !(fresh instanceof ExecutionEnvironment)) return fresh;
    this.#settings = settings;
    const idle = this.#idle.splice(0);
    for (const old of this.#environments) if (old !== fresh && !idle.includes(old)) this.#leaving.add(old);
    this.#environments = fresh ? [fresh] : [];
    this.#idle.push(...this.#environments);
    await Promise.all(idle.map((environment) => environment.stop()));
    return undefined;
  }

  /** Kills all processes of the function. */
  async stop(): Promise<void> {
    this.#stopped = true;
    const environments = [...this.#environments, ...this.#leaving];
    this.#environments = [];
    this.#leaving.clear();
    await Promise.all(environments.map((environment) => environment.stop()));
  }

  #current(): ExecutionEnvironment | undefined {
    const live = this.#environments.filter((environment) => !environment.ended);
    return live.find((environment) => environment.busy) ?? live[0];
  }

  #takeIdle(): ExecutionEnvironment | undefined {
    for (;;) {
      const environment = this.#idle.pop();
      if (!environment?.ended) return environment;
    }
  }

  async #startReported(): Promise<ExecutionEnvironment | FunctionError> {
    if (this.#stopped)
      return { errorType: 'ResourceNotFoundException', errorMessage: `function ${this.name} was stopped` };
    const { settings } = this;
    const started = await this.#start(settings);
    if (!(started instanceof ExecutionEnvironment)) this.#observer.failed?.(started, settings.code);
    return started;
  }

  async #start(settings: FunctionSettings): Promise<ExecutionEnvironment | FunctionError> {
    const environment = new ExecutionEnvironment(settings);
    const { code } = environment;
    this.#environments.push(environment);
    const begun = performance.now();
    const failure = await environment.start(this.#access(), (stream, line) => this.#observer.line(stream, line, code));
    if (failure) {
      this.#environments = this.#environments.filter((candidate) => candidate !== environment);
      this.#leaving.delete(environment);
      await environment.stop();
      return failure;
    }
    if (environment.pid !== undefined) this.#observer.started?.(environment.pid, performance.now() - begun);
    return environment;
  }
}
