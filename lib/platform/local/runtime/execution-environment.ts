import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import type { FunctionSettings } from './function-settings.ts';
import { exited, type FunctionError, type InvocationResult, timedOut } from './invocation.ts';
import { readLines } from './lines.ts';
import { privateMemory } from './resident-memory.ts';
import { RuntimeApi } from './runtime-api.ts';
import { killRuntimeProcess, startRuntimeProcess } from './runtime-process.ts';
import type { LocalAccess } from './runtime-variables.ts';

/** Lambda gives the first initialisation ten seconds, however short the function's timeout is. */
const initialisationSeconds = 10;
const memoryCheckMilliseconds = 250;

/**
 * One execution environment: a process that loads the function's handler once and takes one invocation at a time.
 * Ends, and is not used again, when the process ends, fails to load the handler, or is killed for its timeout or memory.
 */
export class ExecutionEnvironment {
  readonly #settings: FunctionSettings;
  readonly #api: RuntimeApi;
  readonly #initialised = Promise.withResolvers<FunctionError | undefined>();
  readonly #gone = Promise.withResolvers<void>();
  #child: ChildProcess | undefined;
  #invocation: { readonly requestId: string; readonly settle: (result: InvocationResult) => void } | undefined;
  #reason: FunctionError | undefined;
  #ended = false;

  constructor(settings: FunctionSettings) {
    this.#settings = settings;
    this.#api = new RuntimeApi({
      ready: () => this.#initialised.resolve(undefined),
      initFailed: (error) => {
        this.#reason = error;
        this.#initialised.resolve(error);
      },
      answered: (requestId, result) => {
        if (this.#invocation?.requestId === requestId) this.#invocation.settle(result);
      },
    });
  }

  /** Folder of the code that it runs. */
  get code(): string {
    return this.#settings.code;
  }

  /** Process id while the process lives. */
  get pid(): number | undefined {
    return this.#ended ? undefined : this.#child?.pid;
  }

  get busy(): boolean {
    return this.#invocation !== undefined;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /**
   * Starts the process and waits until its handler is loaded.
   * @returns the error with which the handler failed to load, if it did
   */
  async start(
    access: LocalAccess,
    onLine: (stream: 'stdout' | 'stderr', line: string) => void,
  ): Promise<FunctionError | undefined> {
    const runtimeApi = await this.#api.listen();
    const logStream = `${new Date().toISOString().slice(0, 10).replaceAll('-', '/')}/[$LATEST]${randomUUID().replaceAll('-', '')}`;
    const child = startRuntimeProcess(this.#settings, access, runtimeApi, logStream);
    this.#child = child;
    child.once('error', (cause) => {
      this.#reason ??= {
        errorType: 'Runtime.StartFailed',
        errorMessage: `the runtime process did not start: ${cause.message}`,
      };
      this.#end(null, null);
    });
    child.once('exit', (code, signal) => this.#end(code, signal));
    child.stdin?.on('error', () => undefined); // The process died first; its exit is reported.
    if (child.stdout) readLines(child.stdout, (line) => onLine('stdout', line));
    if (child.stderr) readLines(child.stderr, (line) => onLine('stderr', line));
    const limit = setTimeout(
      () => this.#kill(timedOut('initialisation', initialisationSeconds)),
      initialisationSeconds * 1000,
    );
    try {
      return await this.#initialised.promise;
    } finally {
      clearTimeout(limit);
    }
  }

  /** Runs one invocation; never rejects. The caller sees to it that there is only one at a time. */
  async invoke(payload: string | Buffer): Promise<InvocationResult> {
    const requestId = randomUUID();
    const { timeoutSeconds, memoryMegabytes, arn } = this.#settings;
    if (this.#ended) return { status: 'failed', error: this.#reason ?? exited(requestId, null, 'SIGKILL') };
    const timeout = setTimeout(() => this.#kill(timedOut(requestId, timeoutSeconds)), timeoutSeconds * 1000);
    const memory = setInterval(() => {
      const used = this.pid === undefined ? undefined : privateMemory(this.pid);
      if (used !== undefined && used > memoryMegabytes * 1024 * 1024) this.#kill(exited(requestId, null, 'SIGKILL'));
    }, memoryCheckMilliseconds);
    try {
      return await new Promise<InvocationResult>((settle) => {
        this.#invocation = { requestId, settle };
        this.#api.send({ requestId, functionArn: arn, payload, deadline: Date.now() + timeoutSeconds * 1000 });
      });
    } finally {
      this.#invocation = undefined;
      clearTimeout(timeout);
      clearInterval(memory);
    }
  }

  /** Kills the process and waits until it is gone. An invocation under way fails. */
  async stop(): Promise<void> {
    if (!this.#child) this.#end(null, 'SIGKILL');
    else this.#kill();
    await this.#gone.promise;
  }

  #kill(reason?: FunctionError): void {
    this.#reason ??= reason;
    // Once it has ended its number may be another process's.
    if (this.#child && !this.#ended) killRuntimeProcess(this.#child);
  }

  #end(code: number | null, signal: NodeJS.Signals | null): void {
    if (this.#ended) return;
    this.#ended = true;
    // Left-overs of the group: what the function itself started.
    if (this.#child) killRuntimeProcess(this.#child);
    this.#api.close();
    const error = this.#reason ?? exited(this.#invocation?.requestId ?? 'initialisation', code, signal);
    this.#initialised.resolve(error);
    this.#invocation?.settle({ status: 'failed', error });
    this.#gone.resolve();
  }
}
