import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type BoundProcess, startBoundProcess } from './bound-process.ts';
import { writeTestCertificates } from './certificates.ts';
import { advancedConfig, type Credentials, enabledPlugins, rabbitmqConf } from './configuration.ts';
import type { Installation } from './installations.ts';
import { logExcerpt } from './log-excerpt.ts';
import { nodeEnvironment, nodeFiles } from './node-environment.ts';
import type { BrokerPorts } from './ports.ts';
import { acceptsConnections, isReady, waitUntil } from './readiness.ts';

export interface NodeSettings {
  directory: string;
  installation: Installation;
  ports: BrokerPorts;
  admin: Credentials;
  settings: Record<string, string>;
  readyTimeoutSeconds: number;
}

/** What became of a start: `port-taken` may succeed with other ports, `failed` will not. */
export type StartOutcome = { result: 'ready' } | { result: 'port-taken' | 'failed'; reason: string };

const givenUp: StartOutcome = { result: 'failed', reason: 'the start was given up' };

/** A VM that has not stopped in this time after SIGTERM is killed. 3.10 needs 6 s because of its management listeners, 4.0 one. */
const gracefulStopMilliseconds = 20_000;
const epmdTimeoutMilliseconds = 10_000;

/** The two processes of a private RabbitMQ node (the Erlang machine and its port mapper, epmd) and their files. */
export class PrivateNode {
  readonly caFile: string;
  readonly #settings: NodeSettings;
  readonly #environment: Record<string, string>;
  #machine: BoundProcess | undefined;
  #epmd: BoundProcess | undefined;
  /** Whether the Erlang machine is to end. */
  #ending = false;
  #onDeath: (how: string) => void = () => undefined;

  private constructor(settings: NodeSettings, environment: Record<string, string>, caFile: string) {
    this.#settings = settings;
    this.#environment = environment;
    this.caFile = caFile;
  }

  /** Writes certificates and configuration; starts nothing. */
  static async prepare(settings: NodeSettings): Promise<PrivateNode> {
    const { directory, installation, ports, admin } = settings;
    const files = nodeFiles(directory);
    for (const folder of [files.home, files.data, files.log]) mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(files.cookie, randomBytes(20).toString('hex'));
    chmodSync(files.cookie, 0o400);
    const tls = await writeTestCertificates(files.certificates);
    writeFileSync(files.configuration, rabbitmqConf(ports, tls, admin, settings.settings), { mode: 0o600 });
    writeFileSync(files.advancedConfiguration, advancedConfig);
    writeFileSync(files.enabledPlugins, enabledPlugins);
    const nodeName = `local-${ports.distribution}@localhost`;
    return new PrivateNode(settings, nodeEnvironment(installation, directory, nodeName, ports), tls.caFile);
  }

  /** Of the Erlang machine; that of the last one when it does not run. */
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
    if (this.#epmd === undefined || this.#epmd.hasEnded()) {
      const epmd = await this.#spawn('epmd', ['-port', String(ports.epmd), '-address', '127.0.0.1']);
      this.#epmd = epmd;
      const listens = () => acceptsConnections(ports.epmd);
      if (!(await waitUntil(listens, () => isGivenUp() || epmd.hasEnded(), epmdTimeoutMilliseconds))) {
        if (isGivenUp()) return givenUp;
        return this.#failure(`Erlang's port mapper did not start on port ${ports.epmd}`);
      }
    }
    const machine = await this.#spawn(join(installation.home, 'sbin/rabbitmq-server'), []);
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

  /** Resolves when the Erlang machine is gone; its port mapper and the files stay. */
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

  /** Ends both processes and removes the files. */
  async remove(how: 'graceful' | 'kill'): Promise<void> {
    await this.stopMachine(how);
    this.#epmd?.signal('SIGKILL');
    await this.#epmd?.ended;
    // The helper programs of a killed machine may take some milliseconds to notice and write a last line.
    await rm(this.#settings.directory, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  }

  /** The same for the moment when the process exits and nothing can be waited for. */
  removeSync(): void {
    this.#ending = true;
    this.#machine?.signal('SIGKILL');
    this.#epmd?.signal('SIGKILL');
    rmSync(this.#settings.directory, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  }

  async #spawn(command: string, args: string[]): Promise<BoundProcess> {
    const output = openSync(nodeFiles(this.#settings.directory).console, 'a', 0o600);
    try {
      return await startBoundProcess(command, args, {
        env: this.#environment,
        cwd: this.#settings.directory,
        output,
      });
    } finally {
      closeSync(output);
    }
  }

  #failure(summary: string): StartOutcome {
    const log = this.#log();
    const portTaken = this.#epmd?.hasEnded() || /eaddrinuse|already in use/i.test(log);
    return { result: portTaken ? 'port-taken' : 'failed', reason: `${summary}; ${logExcerpt(log)}` };
  }

  #log(): string {
    const folder = nodeFiles(this.#settings.directory).log;
    if (!existsSync(folder)) return '';
    const files = readdirSync(folder).filter((name) => name.endsWith('.log'));
    return files.map((name) => readFileSync(join(folder, name), 'utf8')).join('\n');
  }
}
