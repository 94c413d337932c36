import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, copyFileSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { identify } from '../state/process-identity.ts';
import { type BoundProcess, startWatchdog } from './bound-process.ts';
import { type CertificateFiles, writeTestCertificates } from './certificates.ts';
import { advancedConfig, enabledPlugins, rabbitmqConf } from './configuration.ts';
import type { ContainerImage } from './container-images.ts';
import { labelOf, ownerLabel, removeOrphans } from './container-owner.ts';
import { nodeFiles } from './node-environment.ts';
import { type NodeProgram, type NodeSettings, startOfNode } from './node-program.ts';
import type { BrokerPorts } from './ports.ts';
import { runEngine } from './run-engine.ts';

/** Where the image looks for its configuration. */
const configurationFolder = '/etc/rabbitmq';

/** The command that makes the container of a node, without starting it. Its ports are the same inside and outside, where only loopback has them. */
export const createCommand = (name: string, owner: string, image: string, ports: BrokerPorts): string[] => [
  'create',
  // What is not there is for `npm run setup` to pull: here nobody would see why it takes so long.
  '--pull=never',
  `--name=${name}`,
  `--label=${ownerLabel}=${owner}`,
  // Data are found under the node's name: a container's own is another one after each start with some engines.
  '--env=RABBITMQ_NODENAME=rabbit@localhost',
  ...[ports.amqp, ports.amqps, ports.managementHttp, ports.management].map(
    (port) => `--publish=127.0.0.1:${port}:${port}`,
  ),
  image,
];

/**
 * A node in a container. Certificates and configuration are copied into it, so that it needs no folder that the engine must share, map to a user or
 * label. Its data are in a volume of its own, which goes with it.
 */
export class ContainerProgram implements NodeProgram {
  readonly caFile: string;
  readonly #settings: NodeSettings<ContainerImage>;
  readonly #name = `rabbitmq-lambda-template-${randomBytes(6).toString('hex')}`;
  #watchdog: ChildProcess | undefined;

  private constructor(settings: NodeSettings<ContainerImage>, caFile: string) {
    this.#settings = settings;
    this.caFile = caFile;
  }

  /** Writes certificates and configuration; starts nothing. */
  static async prepare(settings: NodeSettings<ContainerImage>): Promise<ContainerProgram> {
    const { directory, ports, admin } = settings;
    const files = nodeFiles(directory);
    mkdirSync(files.log, { recursive: true, mode: 0o700 });
    const tls = await writeTestCertificates(files.certificates);
    const folder = contentOf(directory);
    mkdirSync(join(folder, 'tls'), { recursive: true });
    for (const file of Object.values(tls)) copyFileSync(file, join(folder, 'tls', basename(file)));
    // Its log is what the engine shows of it.
    const log = { 'log.console': 'true', 'log.console.level': 'info', 'log.file': 'false' };
    const configuration = rabbitmqConf('0.0.0.0', ports, inside(tls), admin, { ...log, ...settings.settings });
    writeFileSync(join(folder, 'rabbitmq.conf'), configuration);
    writeFileSync(join(folder, 'advanced.config'), advancedConfig);
    writeFileSync(join(folder, 'enabled_plugins'), enabledPlugins);
    // In the container they belong to root, and RabbitMQ runs as another user. Here the folder above them is closed to others.
    makeReadable(folder);
    return new ContainerProgram(settings, tls.caFile);
  }

  async start(): Promise<BoundProcess> {
    if (this.#watchdog === undefined) await this.#create();
    const { engine } = this.#settings.installation;
    const args = ['start', '--attach', this.#name];
    const client = await startOfNode(this.#settings.directory, engine, args, process.env);
    // SIGKILL would end the engine's client only.
    return { ...client, signal: (signal) => this.#signal(signal) };
  }

  lacksPort(): boolean {
    return false;
  }

  async control(command: readonly string[]): Promise<void> {
    await this.#engine('exec', this.#name, 'rabbitmqctl', ...command);
  }

  async remove(): Promise<void> {
    if (this.#watchdog === undefined) return;
    await this.#engine(...this.#removal);
    this.#watchdog.kill('SIGKILL');
  }

  removeSync(): void {
    if (this.#watchdog === undefined) return;
    spawnSync(this.#settings.installation.engine, this.#removal, { stdio: 'ignore' });
    this.#watchdog.kill('SIGKILL');
  }

  async #create(): Promise<void> {
    const { installation, directory, ports } = this.#settings;
    const { engine, image } = installation;
    await removeOrphans(engine);
    this.#watchdog = startWatchdog(engine, ...this.#removal);
    await this.#engine(...createCommand(this.#name, labelOf(identify(process.pid)), image, ports));
    await this.#engine('cp', `${contentOf(directory)}/.`, `${this.#name}:${configurationFolder}`);
  }

  get #removal(): string[] {
    return ['rm', '--force', '--volumes', this.#name];
  }

  /** Where it fails, the container has ended already, or the engine has; `ended` of the client tells. */
  #signal(signal: string): void {
    const { engine } = this.#settings.installation;
    spawn(engine, ['kill', `--signal=${signal}`, this.#name], { stdio: 'ignore' }).once('error', () => undefined);
  }

  #engine(...args: string[]): Promise<string> {
    return runEngine(this.#settings.installation.engine, ...args);
  }
}

/** What is copied into the container. */
const contentOf = (directory: string): string => join(directory, 'content');

const inside = (tls: CertificateFiles): CertificateFiles => {
  const path = (file: string): string => `${configurationFolder}/tls/${basename(file)}`;
  return {
    caFile: path(tls.caFile),
    certificateFile: path(tls.certificateFile),
    keyFile: path(tls.keyFile),
  };
};

const makeReadable = (folder: string): void => {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) makeReadable(join(folder, entry.name));
    else chmodSync(join(folder, entry.name), 0o644);
  }
};
