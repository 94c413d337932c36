import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { BoundProcess } from './bound-process.ts';
import { writeTestCertificates } from './certificates.ts';
import { advancedConfig, enabledPlugins, rabbitmqConf } from './configuration.ts';
import { nodeEnvironment, nodeFiles } from './node-environment.ts';
import { type NodeProgram, type NodeSettings, startOfNode } from './node-program.ts';
import { acceptsConnections, waitUntil } from './readiness.ts';
import type { InstalledServer } from './servers.ts';

const epmdTimeoutMilliseconds = 10_000;
/** `rabbitmqctl` starts an Erlang machine of its own: 2 s, on a busy machine as many minutes. */
const controlMilliseconds = 180_000;

/** A node that a server of this machine runs: the Erlang machine and its port mapper, epmd. */
export class ServerProgram implements NodeProgram {
  readonly caFile: string;
  readonly #settings: NodeSettings<InstalledServer>;
  readonly #environment: Record<string, string>;
  #epmd: BoundProcess | undefined;
  #machine: BoundProcess | undefined;

  private constructor(settings: NodeSettings<InstalledServer>, caFile: string) {
    const { directory, installation, ports } = settings;
    this.#settings = settings;
    this.#environment = nodeEnvironment(installation, directory, `local-${ports.distribution}@localhost`, ports);
    this.caFile = caFile;
  }

  /** Writes certificates and configuration; starts nothing. */
  static async prepare(settings: NodeSettings<InstalledServer>): Promise<ServerProgram> {
    const { directory, ports, admin } = settings;
    const files = nodeFiles(directory);
    for (const folder of [files.home, files.data, files.log]) mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(files.cookie, randomBytes(20).toString('hex'));
    chmodSync(files.cookie, 0o400);
    const tls = await writeTestCertificates(files.certificates);
    const configuration = rabbitmqConf('127.0.0.1', ports, tls, admin, settings.settings);
    writeFileSync(files.configuration, configuration, { mode: 0o600 });
    writeFileSync(files.advancedConfiguration, advancedConfig);
    writeFileSync(files.enabledPlugins, enabledPlugins);
    return new ServerProgram(settings, tls.caFile);
  }

  async start(isGivenUp: () => boolean): Promise<BoundProcess> {
    if (this.#epmd === undefined || this.#epmd.hasEnded()) await this.#startPortMapper(isGivenUp);
    this.#machine = await this.#spawn(join(this.#settings.installation.home, 'sbin/rabbitmq-server'), []);
    return this.#machine;
  }

  lacksPort(): boolean {
    return this.#epmd?.hasEnded() === true;
  }

  async control(command: readonly string[]): Promise<void> {
    const program = join(this.#settings.installation.home, 'sbin/rabbitmqctl');
    await promisify(execFile)(program, command, { env: this.#environment, timeout: controlMilliseconds });
  }

  async remove(): Promise<void> {
    this.#epmd?.signal('SIGKILL');
    await this.#epmd?.ended;
  }

  removeSync(): void {
    this.#machine?.signal('SIGKILL');
    this.#epmd?.signal('SIGKILL');
  }

  async #startPortMapper(isGivenUp: () => boolean): Promise<void> {
    const { epmd: port } = this.#settings.ports;
    const epmd = await this.#spawn('epmd', ['-port', String(port), '-address', '127.0.0.1']);
    this.#epmd = epmd;
    const listens = () => acceptsConnections(port);
    if (await waitUntil(listens, () => isGivenUp() || epmd.hasEnded(), epmdTimeoutMilliseconds)) return;
    throw new Error(`Erlang's port mapper did not start on port ${port}`);
  }

  #spawn(command: string, args: string[]): Promise<BoundProcess> {
    return startOfNode(this.#settings.directory, command, args, this.#environment);
  }
}
